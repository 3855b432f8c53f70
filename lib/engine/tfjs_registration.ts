/**
 * Runs tfjs-core's entries that register its gradients and the methods of its tensors. They are ES modules that name one another without
 * ".js", which a bundler understands and Deno does not; so that ending is added while they load. They share registries and engine with
 * the package's main script through tfjs's global object.
 */
import { registerHooks } from "node:module";

const hooks = registerHooks({
  resolve(specifier, context, next) {
    const inside = context.parentURL?.includes("/@tensorflow/tfjs-core/dist/") && /^\.\.?\//.test(specifier);
    return next(inside && !specifier.endsWith(".js") ? `${specifier}.js` : specifier, context);
  },
});
try {
  await import("@tensorflow/tfjs-core/dist/register_all_gradients.js");
  await import("@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js");
} finally {
  hooks.deregister();
}
