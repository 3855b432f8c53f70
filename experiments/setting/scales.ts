/** The two scales and their budgets, as data. One code path reads them; a number of one scale is never shown as the other's. */

// Not the folders' mod.ts: reading a command line does not load the engine.
import type { BudgetId, ScaleId } from "../../lib/report/result_setting.ts";
import { type AdapterRecipe, PAPER_RECIPE } from "../../lib/training/adapter_recipe.ts";
import { MUON_OPTIMIZER } from "../../lib/training/optimizer_config.ts";
import { expectedPaperOperations, expectedPaperSeconds } from "./paper_rates.ts";

export { BUDGET_IDS, type BudgetId, SCALE_IDS, type ScaleId } from "../../lib/report/result_setting.ts";

/** How much is trained and measured. */
export interface Budget {
  /** Training pairs kept encoded, per task. */
  readonly trainItems: number;
  /** Held-out pairs every model is scored on, per task. */
  readonly validationItems: number;
  /** Steps of every training, single-task and joint alike. */
  readonly steps: number;
  readonly batch: number;
  /** Steps between validations during training; 0 for none. */
  readonly validateEvery: number;
  /** Held-out pairs of one such validation, per task. */
  readonly validateItems: number;
  readonly samplerSteps: number;
  readonly guidance: number;
  /** Number of training seeds, 1 … seeds. */
  readonly seeds: number;
  /** Items per task shown in samples.png. */
  readonly galleryItems: number;
  /** Estimates for plans on 2 cores, seconds: one task's encoding, one training, the scoring of one model on one task. */
  readonly expectedSeconds: { readonly encode: number; readonly train: number; readonly score: number };
  /** 10⁹ operations of the same, where they are counted. */
  readonly gigaflop?: { readonly encode: number; readonly train: number; readonly score: number };
}

/** A set of sizes, sources and budgets. */
export interface Scale {
  readonly id: ScaleId;
  /** What it is, one line for headings. */
  readonly note: string;
  /** How adapters are trained, at every budget. */
  readonly recipe: AdapterRecipe;
  /** Samples of a run of the training step, unless a request says another; the whole batch if absent. */
  readonly microBatch?: number;
  /** Whether a joint adapter that was trained for longer is committed, which Table 1 scores as well. */
  readonly committedAdapter: boolean;
  readonly budgets: Readonly<Record<BudgetId, Budget>>;
}

/** The paper's main model (Sec. 3.5): batch 512, learning rate 1e-6, 100,000 steps. Steps of the sampler are ours: it gives none. */
export const PAPER_MAIN = {
  trainItems: 42_000,
  validationItems: 1000,
  steps: 100_000,
  batch: 512,
  learningRate: 1e-6,
  samplerSteps: 50,
} as const;

/** The paper's ablation setting (Sec. 3.5): batch 64, 100,000 steps, 1,000 validation images per task. Sampler steps and guidance are ours: it gives none. */
const PAPER_FULL: Omit<Budget, "expectedSeconds" | "gigaflop"> = {
  trainItems: 42_000,
  validationItems: 1000,
  steps: 100_000,
  batch: 64,
  validateEvery: 5000,
  validateItems: 200,
  samplerSteps: 50,
  guidance: 7.5,
  seeds: 1,
  galleryItems: 2,
};

/** The paper's setting with changes; times by the measured rates. */
function paperBudget(changes: Partial<Budget> = {}): Budget {
  const budget = { ...PAPER_FULL, ...changes };
  return {
    ...budget,
    expectedSeconds: expectedPaperSeconds(budget),
    gigaflop: expectedPaperOperations(budget),
  };
}

const MINI_QUICK: Budget = {
  trainItems: 640,
  validationItems: 40,
  // Meant for ten minutes on two cores, all seven trainings and the scoring; what the instruction decides after so few is in the control figure.
  steps: 400,
  batch: 16,
  validateEvery: 100,
  validateItems: 8,
  samplerSteps: 15,
  guidance: 3,
  seeds: 1,
  galleryItems: 2,
  expectedSeconds: { encode: 6, train: 50, score: 6 },
};

/** Muon's learning rate at the mini scale, in units of AdamW's. */
export const MUON_RATE = 4;

/**
 * The paper's recipe for hundreds or thousands of steps in place of 100,000.
 *
 * Samples are weighted as an error of v: unweighted, the gradient is mostly noise of low timesteps, which the image hardly matters for; 100,000
 * steps average that out, a thousand do not. For the same reason timesteps below 300 are left out. What was tried of this and of the optimiser is
 * in IPAdapter+'s card. For the branch's σ see `freshInstruct()`.
 */
export const MINI_RECIPE: AdapterRecipe = {
  ...PAPER_RECIPE,
  branchStd: 0.05,
  lossWeighting: "velocity",
  firstTimestep: 300,
  learningRate: 1e-3,
  schedule: "linear",
  warmup: 0.05,
  optimizer: { ...MUON_OPTIMIZER, muonRate: MUON_RATE },
};

/** The scales. */
export const SCALES: Readonly<Record<ScaleId, Scale>> = {
  mini: {
    id: "mini",
    note: "64×64 images composed from emoji and portraits, small models trained on a CPU",
    recipe: MINI_RECIPE,
    committedAdapter: true,
    budgets: {
      smoke: {
        ...MINI_QUICK,
        trainItems: 32,
        validationItems: 4,
        steps: 6,
        batch: 8,
        validateEvery: 6,
        validateItems: 2,
        samplerSteps: 4,
        galleryItems: 1,
        expectedSeconds: { encode: 2, train: 3, score: 1 },
      },
      quick: MINI_QUICK,
      full: {
        ...MINI_QUICK,
        trainItems: 2000,
        validationItems: 200,
        // CLIP scores level off within some hundred steps (Fig. 7), control does not (results/bench/joint_steps.json).
        steps: 1600,
        validateEvery: 200,
        validateItems: 16,
        seeds: 3,
        expectedSeconds: { encode: 18, train: 190, score: 20 },
      },
    },
  },
  paper: {
    id: "paper",
    note:
      "weights and pairs of a folder (in the paper's setting SD 1.5 at 512×512, CLIP ViT-H/14, IPAdapter+)",
    recipe: PAPER_RECIPE,
    microBatch: 1,
    committedAdapter: false,
    budgets: {
      smoke: paperBudget({
        trainItems: 8,
        validationItems: 2,
        steps: 3,
        batch: 4,
        validateEvery: 0,
        validateItems: 0,
        samplerSteps: 4,
      }),
      quick: paperBudget({ trainItems: 2000, validationItems: 100, steps: 2000, validateEvery: 500 }),
      full: paperBudget(),
    },
  },
};

/** The joint model that Sec. 3.5 and 4.4 speak of: the committed one, or at a scale without one the one that Table 1 trains. */
export const mainModel = (scale: ScaleId): "committed" | "joint" =>
  SCALES[scale].committedAdapter ? "committed" : "joint";

/** What it takes to sample and score so many pictures of a budget. */
export function samplingCost(
  { validationItems, expectedSeconds, gigaflop }: Budget,
  pictures: number,
): { readonly expectedSeconds: number; readonly gigaflop?: number } {
  const share = pictures / validationItems;
  return {
    expectedSeconds: share * expectedSeconds.score,
    ...(gigaflop && { gigaflop: share * gigaflop.score }),
  };
}

/** How pictures are sampled, in a heading's words. */
export const samplerNote = ({ samplerSteps, guidance }: Pick<Budget, "samplerSteps" | "guidance">): string =>
  `${samplerSteps} sampler steps, guidance ${guidance}`;

/** What a budget means where nothing is trained, in a heading's words; of the budget's held-out items unless a figure has a number of its own. */
export const samplingNote = (budget: Budget, items: number = budget.validationItems): string =>
  `${items.toLocaleString("en")} held-out items per task, ${samplerNote(budget)}`;

/** How long a model is trained, in a heading's words. */
export const trainingNote = ({ steps, batch }: Pick<Budget, "steps" | "batch">): string =>
  `${steps.toLocaleString("en")} steps of batch ${batch}`;

/** What a budget means, one line for headings. */
export const budgetNote = (budget: Budget): string =>
  `${trainingNote(budget)} per model, ${samplingNote(budget)}`;
