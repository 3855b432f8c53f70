/**
 * tfjs-core 4.22.0 with all of its gradients, the methods of tensors (`a.add(b)`) and the cpu backend: what the union package
 * `@tensorflow/tfjs` would bring, without its layers, converter, data sets and WebGL.
 */
import "@tensorflow/tfjs-backend-cpu";
import "./tfjs_registration.ts";

export * from "@tensorflow/tfjs-core";
