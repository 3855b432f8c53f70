/** The works that are timed against peers, by the name they have on the command line. */
import { ENCODE } from "./encode.ts";
import { GEMM } from "./gemm.ts";
import { PRETRAIN } from "./pretrain.ts";
import { SAMPLE } from "./sample.ts";
import { TRAIN } from "./train.ts";
import { VAE } from "./vae.ts";
import type { Work } from "../timing/work.ts";
import type { WorkName } from "./names.ts";

/** All of them, and the matrix product that tells the machine's limit. */
export const WORKS: Readonly<Record<WorkName | "gemm", Work>> = {
  train: TRAIN,
  pretrain: PRETRAIN,
  sample: SAMPLE,
  encode: ENCODE,
  vae: VAE,
  gemm: GEMM,
};
