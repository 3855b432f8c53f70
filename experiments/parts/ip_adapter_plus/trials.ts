/** How the adapters' recipe was chosen: candidates trained alone for as many steps (bench/adapter_recipes.ts), for the card. */
import type { PartTable } from "../part.ts";
import { trialsTable } from "../trials_table.ts";

/** A recipe's row in results/bench/adapter_recipes.json. */
export interface AdapterTrial {
  readonly recipe: string;
  /** Hashes of the parts that it was trained and measured with, by name; absent: of an earlier base, encoder and judge. */
  readonly parts?: Readonly<Record<string, string>>;
  readonly steps: number;
  /** Mean squared error of v at all timesteps on held-out scenes with their image and caption; lower is better. */
  readonly heldOutError: number;
  /** The same with the image alone. */
  readonly heldOutErrorWithoutText: number;
  /** CLIP-I with the condition, as a share of the autoencoder's ceiling; higher is better. */
  readonly clipIShare: number;
}

/** Where they are kept. */
export const TRIALS: URL = new URL("../../../results/bench/adapter_recipes.json", import.meta.url);

/** The table of the card. */
export const trialTable = (): Promise<PartTable> =>
  trialsTable<AdapterTrial>(TRIALS, {
    note:
      "Candidates trained from the same start on the same batches, the rate linearly down: `deno run -A bench/adapter_recipes.ts`. Rows of the same parts can be compared.",
    columns: {
      recipe: ({ recipe }) => recipe,
      with: ({ parts }) =>
        parts
          ? Object.entries(parts).map(([name, hash]) => `${name} \`${hash}\``).join(", ")
          : "earlier parts",
      steps: ({ steps }) => `${steps}`,
      "held-out error of v": ({ heldOutError }) => heldOutError.toFixed(4),
      "without the text": ({ heldOutErrorWithoutText }) => heldOutErrorWithoutText.toFixed(4),
      "CLIP-I, share of the ceiling": ({ clipIShare }) => clipIShare.toFixed(3),
    },
  });
