/** How the base's recipe was chosen: candidates trained alone for the same time (bench/base_recipes.ts), for its card. */
import type { PartTable } from "../part.ts";
import { trialsTable } from "../trials_table.ts";

/** A recipe's row in results/bench/base_recipes.json. */
export interface Trial {
  readonly recipe: string;
  readonly minutes: number;
  readonly steps: number;
  readonly millisecondsPerStep: number;
  /** Mean squared error of v on held-out scenes, the averaged weights'; lower is better. */
  readonly heldOutError: number;
  /** Share of generated pictures whose caption is found among 100; higher is better. */
  readonly captionsFound: number;
  /** Mean CLIP-P of the generated pictures; higher is better. */
  readonly clipP: number;
  /** The tower that looked for the captions. */
  readonly judge: string;
  readonly processor: string;
}

/** Where they are kept. */
export const TRIALS: URL = new URL("../../../results/bench/base_recipes.json", import.meta.url);

/** The table of the card. */
export const trialTable = (): Promise<PartTable> =>
  trialsTable<Trial>(TRIALS, {
    note:
      "Candidates trained alone for the same minutes of one core, two side by side: `deno run -A bench/base_recipes.ts`.",
    columns: {
      recipe: ({ recipe }) => recipe,
      minutes: ({ minutes }) => `${minutes}`,
      steps: ({ steps }) => `${steps}`,
      "ms a step": ({ millisecondsPerStep }) => `${millisecondsPerStep}`,
      "held-out error of v": ({ heldOutError }) => heldOutError.toFixed(3),
      "captions found": ({ captionsFound }) => captionsFound.toFixed(3),
      "CLIP-P": ({ clipP }) => clipP.toFixed(3),
      judge: ({ judge }) => judge,
    },
  });
