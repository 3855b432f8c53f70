/** The autoencoder's weights in two: what encoding reads, and what decoding reads. */
import { partition } from "../engine/mod.ts";

/** The weights that `vaeEncode()` reads. */
export const encoderHalf = <T>(params: Record<string, T>): Record<string, T> =>
  partition(params, (name) => /^(encoder|quant_conv)\./.test(name)).trainable;

/** The weights that `vaeDecode()` reads. */
export const decoderHalf = <T>(params: Record<string, T>): Record<string, T> =>
  partition(params, (name) => /^(decoder|post_quant_conv)\./.test(name)).trainable;
