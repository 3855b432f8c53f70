import type { Seeds, Tasks } from "./units.ts";

/** Names of the scales. */
export const SCALE_IDS = ["mini", "paper"] as const;
/** See `SCALE_IDS`. */
export type ScaleId = (typeof SCALE_IDS)[number];

/** Names of the budgets, the smallest first. */
export const BUDGET_IDS = ["smoke", "quick", "full"] as const;
/** See `BUDGET_IDS`. */
export type BudgetId = (typeof BUDGET_IDS)[number];

/** What a result was made with, and what that means in words. */
export interface ResultSetting {
  /** mini: small models on 64×64 images; paper: SD 1.5. */
  readonly scale: (typeof SCALE_IDS)[number];
  /** smoke, quick or full. */
  readonly budget: string;
  /** What scale and budget mean, in one line each. */
  readonly scaleNote: string;
  /** See `scaleNote`. */
  readonly budgetNote: string;
  /** Tasks shown. */
  readonly tasks: Tasks;
  /** Training seeds. */
  readonly seeds: Seeds;
}
