/** The weights and vectors of a static explorer, as this machine has them: rounded as far as no number changes by more than 1e-3, gzipped. */
import { gzipSync } from "node:zlib";
import { loadSentenceEncoder } from "../../../lib/clip/mod.ts";
import { decoderHalf } from "../../../lib/diffusion/mod.ts";
import { combine, type HostParams, prefixed, writeSafetensors } from "../../../lib/engine/mod.ts";
import { type InstructionSpace, spaceFile } from "../../../lib/explorer/mod.ts";
import type { Adapter } from "../../mini/adapter_file.ts";
import { sharedBase, sharedVae, sharedVision } from "../../mini/shared_models.ts";
import { plusAdapter } from "../studio/mini_studio.ts";
import { partPath, type SitePart, type SiteParts } from "./site_data.ts";

/**
 * Bits of mantissa that vectors and the sentence encoder keep, of float32's 23; the zeros behind them vanish in the gzip. Measured over 30
 * texts on the whole map against the server: cosines within 4e-5, places within 4e-4 of a layout's reach. Half precision keeps 10, with
 * which t-SNE's descent sends one point in a hundred 7e-3 of the reach elsewhere.
 */
const KEPT_BITS = 12;

/** Rounds to so many bits of mantissa, halves upwards. */
function rounded(values: Float32Array, bits: number): Float32Array {
  const result = values.slice();
  const words = new Uint32Array(result.buffer), dropped = 23 - bits;
  words.forEach((word, i) => words[i] = ((word + (1 << (dropped - 1))) >>> dropped) << dropped);
  return result;
}

/** Matrices rounded; vectors (biases, frequencies) and places on maps are small and stay as they are. */
const thinned = (tensors: HostParams): HostParams =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, array]) => {
      const { data, shape } = array;
      const large = data instanceof Float32Array && shape.length > 1 && (shape.at(-1) ?? 0) > 3;
      return [name, large ? { ...array, data: rounded(data, KEPT_BITS) } : array];
    }),
  );

/** A part's bytes. Half precision is exact for the committed checkpoints, which are stored so. */
function packed<Part extends SitePart>(
  config: SiteParts[Part],
  tensors: HostParams,
  options: { readonly dtype: "float32" | "float16"; readonly metadata?: Record<string, string> },
): Uint8Array {
  const metadata = { ...options.metadata, config: JSON.stringify(config) };
  return gzipSync(writeSafetensors(tensors, metadata, { dtype: options.dtype }), { level: 9 });
}

/** All parts by path. */
export async function siteParts(
  space: InstructionSpace,
  joint: Adapter,
): Promise<Map<string, Uint8Array>> {
  const map = spaceFile(space);
  const [sentences, base, vae] = [await loadSentenceEncoder(), await sharedBase(), await sharedVae()];
  const plus = await plusAdapter();
  const half = { dtype: "float16" } as const, whole = { dtype: "float32" } as const;
  const vision = async (part: "encoder" | "judge") => {
    const { config, params } = await sharedVision(part);
    return packed<typeof part>(config, params, half);
  };
  const parts: Record<SitePart, Uint8Array> = {
    space: packed<"space">({ tasks: space.tasks, points: space.points }, thinned(map.tensors), {
      ...whole,
      metadata: map.metadata,
    }),
    sentences: packed<"sentences">({ vocabulary: sentences.vocabulary }, thinned(sentences.params), whole),
    base: packed<"base">(
      { unet: base.unet.config, text: base.text.config, words: base.tokenizer.words },
      combine(prefixed(base.unet.params, "unet"), prefixed(base.text.params, "text_encoder")),
      half,
    ),
    encoder: await vision("encoder"),
    judge: await vision("judge"),
    vae: packed<"vae">(vae.config, decoderHalf(vae.params), half),
    instruct: packed<"instruct">(joint.projection, joint.params, half),
    plus: packed<"plus">(plus.projection, plus.params, half),
  };
  return new Map(Object.entries(parts).map(([part, bytes]) => [partPath(part as SitePart), bytes]));
}
