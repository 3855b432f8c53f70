/** What Fig. 8 is drawn from: how much pictures and scores change with the wording, against how much with the noise. */
import { type CellMean, drawnInterval } from "./drawn_interval.ts";
import type { MeanInterval } from "./instruction_space.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { judgeStatements, type Statement } from "./statement.ts";
import { average } from "./table1_claims.ts";
import type { Table1Draws } from "./table1_result.ts";

/** Where pictures are compared. */
export const SPACES = ["pixel", "latent", "judge"] as const;

/** Variance over wordings as a share of the variance over noises. */
export interface VarianceRatio extends MeanInterval {
  /** The task; "all" is the mean of the tasks' ratios. */
  readonly task: string;
  /** Pixels, latents, or the judge's vectors. */
  readonly space: (typeof SPACES)[number];
}

/** How far a score goes up and down with the wording. */
export interface ScoreSpread extends MeanInterval {
  /** "instruct" or "fixed": which model. */
  readonly row: string;
  /** The task; "all" is the mean over tasks. */
  readonly task: string;
}

/** The content of fig8's result. */
export interface RewordingContent {
  /** Wordings per item. */
  readonly wordings: number;
  /** Noises per item. */
  readonly noises: number;
  /** By task and space. */
  readonly ratios: readonly VarianceRatio[];
  /** Standard deviation of the condition's score (CLIP-S for style, CLIP-I otherwise) over wordings, mean over items. */
  readonly spreads: readonly ScoreSpread[];
  /** Root mean square change of a pixel by rewording, in levels of 255. */
  readonly levels: MeanInterval | null;
}

const ratio = (mean: CellMean, task: string, space: string) =>
  mean("instruct", task, `${space} words`) / mean("instruct", task, `${space} noise`);

/**
 * Gathers the content from cells named "pixel words", "pixel noise", … of the row instruct, and "score spread" of the rows instruct and fixed.
 */
export function rewordingContent(
  draws: Table1Draws,
  about: { readonly wordings: number; readonly noises: number; readonly tasks: readonly string[] },
): RewordingContent {
  const { wordings, noises, tasks } = about;
  const groups = [...tasks.map((task) => [task, [task]] as const), ["all", tasks] as const];
  const over = (names: readonly string[], compute: (mean: CellMean, task: string) => number) =>
    drawnInterval(draws, (mean) => average(names.map((task) => compute(mean, task))));
  return {
    wordings,
    noises,
    ratios: SPACES.flatMap((space) =>
      groups.flatMap(([task, names]) => {
        const found = over(names, (mean, each) => ratio(mean, each, space));
        return found === undefined ? [] : [{ task, space, ...found }];
      })
    ),
    spreads: ["instruct", "fixed"].flatMap((row) =>
      groups.flatMap(([task, names]) => {
        const found = over(names, (mean, each) => mean(row, each, "score spread"));
        return found === undefined ? [] : [{ row, task, ...found }];
      })
    ),
    levels: drawnInterval(
      draws,
      (mean) => Math.sqrt(average(tasks.map((task) => mean("instruct", task, "pixel words")))),
    ) ?? null,
  };
}

/** "Much more subtle": at most a quarter of the variance, half of the deviation. */
const SUBTLE = 0.25;

/** What the paper says about rewording. */
export const REWORDING_STATEMENTS: readonly Statement[] = [
  {
    id: "rewording-is-subtle",
    section: "Fig. 8, caption",
    statement: "Rewording the instruction changes the picture much less than another initial noise.",
    quantity: "variance of pixels over wordings as a share of the variance over noises, mean over tasks",
    region: { high: SUBTLE },
  },
  {
    id: "rewording-keeps-content",
    section: "4.3",
    statement: "Rewording has a minimal effect on what the picture shows.",
    quantity:
      "variance of the judge's vectors over wordings as a share of the variance over noises, mean over tasks",
    region: { high: SUBTLE },
  },
  {
    id: "rewording-is-noticeable",
    section: "4.3",
    statement: "Rewording still has a noticeable effect, so that outputs can be explored a little.",
    quantity: "root mean square change of a pixel by rewording, in levels of 255",
    region: { low: 1 },
  },
  {
    id: "many-wordings-make-robust",
    section: "3.3, 4.3",
    statement: "Training on many wordings makes the understanding of instructions more robust.",
    quantity:
      "deviation of the condition's score over held-out wordings, fixed-prompt model less instruct, mean over tasks",
    region: { low: 0 },
  },
];

/** Judges Fig. 8. */
export function judgeRewording(draws: Table1Draws, content: RewordingContent): ClaimVerdict[] {
  const { ratios, levels, wordings, noises } = content;
  const evidence = `${Math.min(...draws.items)} items per task, ${wordings} wordings, ${noises} noises`;
  const of = (space: string) => {
    const found = ratios.find((each) => each.task === "all" && each.space === space);
    return found && { ...found, evidence };
  };
  const tasks = [...new Set(ratios.map(({ task }) => task))].filter((task) => task !== "all");
  const robust = drawnInterval(
    draws,
    (mean) =>
      average(
        tasks.map((task) => mean("fixed", task, "score spread") - mean("instruct", task, "score spread")),
      ),
  );
  return judgeStatements(REWORDING_STATEMENTS, {
    "rewording-is-subtle": of("pixel"),
    "rewording-keeps-content": of("judge"),
    "rewording-is-noticeable": levels === null ? undefined : { ...levels, evidence },
    "many-wordings-make-robust": robust && { ...robust, evidence },
  });
}
