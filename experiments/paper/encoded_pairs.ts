/**
 * Pairs as training reads them (Sec. 3.4, 3.5): targets' latents and conditions' tokens in the cache of encodings, found by their pictures' hashes. A
 * target's latents are sampled anew each time, as IP-Adapter's training does.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { VaeConfig } from "../../lib/diffusion/mod.ts";
import { type Stream, UserError } from "../../lib/engine/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { PictureRows } from "../adapters/encoded_items.ts";
import { type EncodingItem, openEncodingCache, type RowEncoder } from "./encoding_cache.ts";
import type { PairLine } from "./pair_lines.ts";

/** Hashes of the pairs' pictures, in order. */
export interface PictureHashes {
  readonly targets: readonly string[];
  readonly conditions: readonly string[];
}

/** A task's pairs and where their pictures are. */
export interface PairFolder {
  readonly task: TaskId;
  readonly folder: string;
  readonly pairs: readonly PairLine[];
}

const itemsOf = ({ task, folder, pairs }: PairFolder, of: (pair: PairLine) => string): EncodingItem[] =>
  pairs.map((pair) => ({
    name: of(pair),
    read: () =>
      readFile(join(folder, of(pair))).then((bytes) => new Uint8Array(bytes), () => {
        throw new UserError(
          `Encoding ${task} pairs failed: expected the picture ${join(folder, of(pair))}, got none`,
        );
      }),
  }));

/**
 * Encodes what the cache has not.
 *
 * @param options.cache folder of the cache; one serves all tasks.
 * @returns the hashes, and how many pictures were encoded now.
 * @throws UserError when a picture is not what it should be.
 */
export async function encodePictures(
  from: PairFolder,
  { cache, latents, tokens, progress, signal }: {
    readonly cache: string;
    /** Targets: [mean, logvar] of the unscaled latents. */
    readonly latents: RowEncoder;
    /** Conditions: image tokens. */
    readonly tokens: RowEncoder;
    readonly progress?: (done: number, total: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<PictureHashes & { readonly encoded: number }> {
  const count = from.pairs.length;
  const fill = async (encoder: RowEncoder, of: (pair: PairLine) => string, before: number) => {
    const rows = await openEncodingCache(cache, encoder);
    try {
      return await rows.fill(itemsOf(from, of), {
        progress: (done) => progress?.(before + done, 2 * count),
        ...(signal ? { signal } : {}),
      });
    } finally {
      rows.close();
    }
  };
  const targets = await fill(latents, ({ target }) => target, 0);
  const conditions = await fill(tokens, ({ condition }) => condition, count);
  return {
    targets: targets.hashes,
    conditions: conditions.hashes,
    encoded: targets.encoded + conditions.encoded,
  };
}

/** Rows that are not to be encoded. */
const reading = (rows: Omit<RowEncoder, "encode">): RowEncoder => ({
  ...rows,
  encode: () => Promise.reject(new RangeError("Reading rows needs them encoded, got one that is not")),
});

/** The pictures of pairs in the cache. */
export interface OpenPictures extends PictureRows {
  /** Whether all are there and sound. */
  readonly whole: boolean;
  close(): void;
}

/** Opens encoded pictures. */
export async function openPictures(
  { targets, conditions }: PictureHashes,
  { cache, latents, tokens, vae }: {
    readonly cache: string;
    readonly latents: Omit<RowEncoder, "encode">;
    readonly tokens: Omit<RowEncoder, "encode">;
    /** Scale of the latents. */
    readonly vae: Pick<VaeConfig, "scaling_factor" | "shift_factor">;
  },
): Promise<OpenPictures> {
  const [means, states] = [
    await openEncodingCache(cache, reading(latents)),
    await openEncodingCache(cache, reading(tokens)),
  ];
  return {
    whole: targets.every((hash) => means.has(hash)) && conditions.every((hash) => states.has(hash)),
    latent: (index, random) => sampled(means.row(targets[index] as string), vae, random),
    image: (index) => states.row(conditions[index] as string),
    close() {
      means.close();
      states.close();
    },
  };
}

/** Scaled latents s (μ + σ ε − shift) of [mean, logvar], as `vaeSample()` makes them. */
function sampled(
  moments: Float32Array,
  { scaling_factor: scale, shift_factor: shift = 0 }: Pick<VaeConfig, "scaling_factor" | "shift_factor">,
  random: Stream,
): Float32Array {
  const size = moments.length / 2;
  return Float32Array.from({ length: size }, (_, i) => {
    const std = Math.exp(0.5 * (moments[size + i] as number));
    return scale * ((moments[i] as number) + std * random.normal() - (shift ?? 0));
  });
}
