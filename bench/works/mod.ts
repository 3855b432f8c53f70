/** The works that are timed against peers: one line each, from which the command's help, its table and its tests follow. */
import type { Bars } from "../timing/bars.ts";
import type { PeerName } from "../timing/side.ts";
import type { Work } from "../timing/work.ts";

/** A work and what is known of it before its module is loaded, which takes the engine along. */
export interface ListedWork {
  /** What it does, for the command's help. */
  readonly about: string;
  /** Frameworks that do the same work. */
  readonly peers: readonly PeerName[];
  readonly bars: Bars;
  load(): Promise<Work>;
}

/** By the name on the command line, in the order of the table. */
export const WORKS = {
  train: {
    about: "one training step of the adapter, batch 32: forward, backward, clipping, AdamW",
    peers: ["pytorch", "tfjs"],
    bars: {
      time: { "pytorch eager": 1.8, "pytorch compile": 1.6, tfjs: 25 },
      memory: { "pytorch eager": 1 },
    },
    load: async () => (await import("./train.ts")).TRAIN,
  },
  pretrain: {
    about: "one training step of the base model, batch 32: all weights, clipping, AdamW, moving average",
    peers: ["pytorch"],
    bars: { time: { "pytorch eager": 1.4, "pytorch compile": 1.3 } },
    load: async () => (await import("./pretrain.ts")).PRETRAIN,
  },
  sample: {
    about: "16 images by 20 steps of DDIM with guidance and an IPAdapter+ image",
    peers: ["pytorch"],
    bars: { time: { "pytorch eager": 1.8, "pytorch compile": 1.5 } },
    load: async () => (await import("./sample.ts")).SAMPLE,
  },
  encode: {
    about: "64 images through the image encoder",
    peers: ["pytorch"],
    bars: { time: { "pytorch eager": 1.3 } },
    load: async () => (await import("./encode.ts")).ENCODE,
  },
  vae: {
    about: "64 latents through the autoencoder's decoder",
    peers: ["pytorch"],
    bars: { time: { "pytorch eager": 1.3 } },
    load: async () => (await import("./vae.ts")).VAE,
  },
} satisfies Readonly<Record<string, ListedWork>>;

/** The matrix product that tells the machine's limit, and its name to the process that runs it. */
export const LIMIT_WORK = "gemm";

/** A work by its name, or the limit. @throws RangeError for another name. */
export async function loadWork(name: string): Promise<Work> {
  if (name === LIMIT_WORK) return (await import("./gemm.ts")).GEMM;
  const listed = (WORKS as Readonly<Record<string, ListedWork>>)[name];
  if (!listed) {
    throw new RangeError(`loadWork() needs one of ${Object.keys(WORKS).join(", ")}, got "${name}"`);
  }
  return await listed.load();
}
