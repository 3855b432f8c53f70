/** How an adapter is trained, as data: all that a reader of Sec. 3.5 may want to vary. */
import type { LearningRateSchedule } from "./trainer.ts";
import type { LossWeighting } from "./noise_prediction.ts";
import { ADAMW_OPTIMIZER, type OptimizerConfig } from "./optimizer_config.ts";

/** Shares of samples whose image, text, or both are dropped; one random number per sample decides. The instruction is never dropped. */
export type DropShares = {
  readonly image: number;
  readonly text: number;
  readonly both: number;
};

/** A recipe; JSON-serialisable, so that a variation of it is a record. */
export type AdapterRecipe = {
  /** σ of the fresh matrices of the instruction branch. */
  readonly branchStd: number;
  readonly drop: DropShares;
  /** Whether the image tokens stand in place of the text's, in training and sampling, as unCLIP-like models condition (Sec. 2.2), or beside them. */
  readonly replacesText: boolean;
  readonly lossWeighting: LossWeighting;
  /** The least noisy timestep that is trained at; 0 is all of them. */
  readonly firstTimestep: number;
  /** Learning rate at its highest. */
  readonly learningRate: number;
  /** What the rate does behind the warm-up. */
  readonly schedule: LearningRateSchedule["kind"];
  /** Share of the steps in which the rate rises. */
  readonly warmup: number;
  /** Largest global gradient norm. */
  readonly clipNorm: number;
  readonly optimizer: OptimizerConfig;
};

/** The paper's ablation setting (Sec. 3.5), with IP-Adapter's shares: what its text leaves open is as in IP-Adapter's code. */
export const PAPER_RECIPE: AdapterRecipe = {
  branchStd: 1e-4,
  drop: { image: 0.05, text: 0.05, both: 0.05 },
  replacesText: false,
  lossWeighting: "uniform",
  firstTimestep: 0,
  learningRate: 1e-7,
  schedule: "constant",
  warmup: 0,
  clipNorm: 1,
  optimizer: ADAMW_OPTIMIZER,
};

/** The recipe's learning rate by step, for a training of `steps` steps. A warm-up has at least one step. */
export function recipeSchedule(
  { learningRate: lr, schedule: kind, warmup: share }: AdapterRecipe,
  steps: number,
): LearningRateSchedule {
  const warmup = share > 0 ? Math.max(1, Math.round(share * steps)) : 0;
  return { kind, lr, warmup, total: steps };
}
