/** The tables of docs/reproducing.md that say what the budgets of each scale are. */
import {
  type Budget,
  BUDGET_IDS,
  type BudgetId,
  SCALE_IDS,
  type ScaleId,
  SCALES,
} from "../experiments/setting/scales.ts";
import { withBlock } from "./marked_block.ts";

/** What a line says, and of which budget what. */
type Row = readonly [what: string, of: (budget: Budget, id: BudgetId) => string];

/** What is said of one scale alone. */
interface TableWords {
  /** Beside the budget that is usual. */
  readonly usual: string;
  /** Beside counts of pairs. */
  readonly counts: string;
  readonly further: readonly Row[];
}

const number = (value: number): string => value.toLocaleString("en");

/** As measured. */
const TABLE1_TIMES: Readonly<Record<BudgetId, string>> = { smoke: "90 s", quick: "10 min", full: "100 min" };

const WORDS: Readonly<Record<ScaleId, TableWords>> = {
  mini: {
    usual: " (default)",
    counts: "",
    further: [
      ["training seeds", ({ seeds }) => number(seeds)],
      ["Table 1 on two cores", (_, id) => TABLE1_TIMES[id]],
    ],
  },
  paper: { usual: "", counts: ", at most", further: [] },
};

function tableOf(scale: ScaleId): string {
  const { usual, counts, further } = WORDS[scale];
  const rows: readonly Row[] = [
    [`${scale} scale`, (_, id) => `\`${id}\`${id === "quick" ? usual : ""}`],
    ["---", () => "---"],
    [`training pairs of each task${counts}`, ({ trainItems }) => number(trainItems)],
    [
      "steps of each training, samples in a batch",
      ({ steps, batch }) => `${number(steps)} of ${number(batch)}`,
    ],
    [`held-out items of each task${counts}`, ({ validationItems }) => number(validationItems)],
    ["steps of the sampler, guidance", ({ samplerSteps, guidance }) => `${samplerSteps}, ${guidance}`],
    ...further,
  ];
  const { budgets } = SCALES[scale];
  return rows.map(([what, of]) => `| ${[what, ...BUDGET_IDS.map((id) => of(budgets[id], id))].join(" | ")} |`)
    .join("\n");
}

/** The page with a table for each scale written anew, not yet formatted. @throws Error when a mark is missing. */
export const withScales = (page: string): string =>
  SCALE_IDS.reduce((text, scale) => withBlock(text, `${scale}-scale`, tableOf(scale)), page);
