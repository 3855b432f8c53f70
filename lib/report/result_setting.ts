import type { Seeds, Tasks } from "./units.ts";

/** What a result was made with, and what that means in words. */
export interface ResultSetting {
  /** mini: small models on 64×64 images; paper: SD 1.5. */
  readonly scale: "mini" | "paper";
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
