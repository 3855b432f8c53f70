/** A measurement as text: a table for the terminal, a card for the repository. Pure functions of the measurement. */
import { breakLines } from "../../lib/report/mod.ts";
import type { Evaluation } from "../parts/measurement.ts";
import type { PartTable } from "../parts/part.ts";
import { outlookOf, type Stretch, stretchRows } from "./stretches.ts";

const DIGITS = 3;

/** Rows of cells: score, value, interval, bar, verdict. */
function cells(evaluation: Evaluation): string[][] {
  return evaluation.scores.map(
    ({ name, value, low, high, unit, digits = DIGITS, lowerIsBetter, bar, verdict }) => {
      return [
        lowerIsBetter ? `${name} (lower is better)` : name,
        `${value.toFixed(digits)}${unit ? ` ${unit}` : ""}`,
        low === undefined || high === undefined ? "" : `[${low.toFixed(digits)}, ${high.toFixed(digits)}]`,
        bar ? `≥ ${bar.least}` : "",
        verdict === "none" ? "" : verdict === "not judged" ? `not judged below ${bar?.items} items` : verdict,
      ];
    },
  );
}

const HEADINGS = ["score", "value", "95 % interval", "bar", "verdict"];

/** The table for a terminal, with the method above it. */
export function evaluationText(evaluation: Evaluation, options: { width?: number } = {}): string {
  const { width = 100 } = options;
  const rows = [HEADINGS, ...cells(evaluation)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  const sources = Object.entries(evaluation.checkpoints).map(([part, hash]) => `${part} ${hash}`);
  return [
    `${evaluation.part}${
      sources.length ? ` (checkpoints: ${sources.join(", ")})` : ""
    }, data ${evaluation.data}`,
    ...breakLines(evaluation.method, width),
    "",
    ...rows.map((row) =>
      row.map((cell, column) => cell.padEnd(widths[column] as number)).join("  ").trimEnd()
    ),
  ].join("\n") + "\n";
}

/** What a checkpoint's header says about its training. */
export interface RecipeFacts {
  readonly summary?: string;
  readonly steps?: number;
  readonly batch?: number;
  readonly seed?: number;
  /** Which training of the checkpoint it was, from 1, where its batches were sampled for it; absent: sampled as for the first. */
  readonly training?: number;
  readonly seconds?: number;
  readonly data?: string;
  /** Hashes of the parts that it was trained with, by name. */
  readonly reads?: Readonly<Record<string, string>>;
  readonly loss?: number;
}

/** What the card says about the file itself. */
export interface CheckpointFacts {
  /** What it is trained on. */
  readonly data: string;
  readonly recipe: RecipeFacts;
  /** The trainings whose weights this one went on from, the first one first. */
  readonly earlier: readonly RecipeFacts[];
  /** Stored numbers. */
  readonly parameters: number;
  readonly bytes: number;
  /** SHA-256, 16 hexadecimal digits. */
  readonly hash: string;
  /** What the part scored after each stretch of its training, the newest last. */
  readonly stretches: readonly Stretch[];
  /** What led to its recipe. */
  readonly trials?: PartTable;
}

function wallTime(seconds: number | undefined): string {
  if (seconds === undefined) return "not recorded";
  return seconds < 120 ? `${seconds} s` : `${(seconds / 60).toFixed(1)} min`;
}

function seedText({ seed, training }: RecipeFacts): string {
  return `${seed ?? "not recorded"}${training === undefined ? "" : ` (batches of training ${training})`}`;
}

/** A sentence for each missed bar: what it would take, as far as the scores so far tell. */
function outlooks({ scores }: Evaluation, stretches: readonly Stretch[]): string[] {
  return scores.flatMap(({ name, bar, verdict }) => {
    if (!bar || verdict !== "below the bar") return [];
    const outlook = outlookOf(stretches, { name, least: bar.least });
    if (!outlook) return [];
    const { perDoubling, met } = outlook;
    const change = perDoubling.toFixed(DIGITS);
    return [
      met
        ? `${name}: by a line through the recent scores (from a quarter of the samples on) against the logarithm of the samples (${change} more for twice as many) ${bar.least} takes ${
          Number(met.samples.toPrecision(2)).toLocaleString("en")
        } samples, ${met.furtherHours.toFixed(1)} hours more.`
        : `${name}: it did not rise with these trainings (${change} for twice the samples), so that ${bar.least} takes another recipe, not more of this one.`,
    ];
  });
}

/** The card of a checkpoint, in Markdown: how it was made and what it scores. */
export function cardText(evaluation: Evaluation, facts: CheckpointFacts): string {
  const { part } = evaluation;
  const { recipe, earlier } = facts;
  const stages = [...earlier, recipe];
  const stretches = stretchRows(facts.stretches);
  const orUnknown = (value: string | number | undefined) => value ?? "not recorded";
  const others = Object.entries(evaluation.checkpoints).filter(([name]) => name !== part);
  const table = (rows: readonly (readonly string[])[], headings: readonly string[]) =>
    [headings, headings.map(() => "---"), ...rows].map((row) =>
      `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`
    );
  return [
    `# ${part}`,
    "",
    `${
      stages.map((stage) => orUnknown(stage.summary)).filter((each, i, all) => each !== all[i - 1]).join(
        "; then ",
      )
    }.`,
    "",
    ...table([
      ["file", `\`${part}.safetensors\`, ${(facts.bytes / 1e6).toFixed(1)} MB, half precision`],
      ["SHA-256", `\`${facts.hash}…\``],
      ["numbers", facts.parameters.toLocaleString("en")],
      [
        "steps",
        stages.map((stage) => `${orUnknown(stage.steps)} of batch ${orUnknown(stage.batch)}`).join(", then "),
      ],
      ["seed", stages.map(seedText).join(", then ")],
      ["wall time", stages.map((stage) => wallTime(stage.seconds)).join(", then ")],
      ["last mean loss", `${orUnknown(recipe.loss)}`],
      [
        "data",
        `mini data set \`${orUnknown(recipe.data)}\`, ${facts.data}; artwork and licences in ../NOTICE.md`,
      ],
      ...(recipe.reads
        ? [[
          "trained with",
          Object.entries(recipe.reads).map(([name, hash]) => `${name} \`${hash}\``).join(", "),
        ]]
        : []),
      [
        "made by",
        stages.map(({ steps }, i) =>
          `\`deno task pretrain ${part}${i > 0 ? " --warm-start" : ""}${
            steps === undefined ? "" : ` --steps ${steps}`
          }\``
        ).join(", then "),
      ],
    ], ["", ""]),
    "",
    "## Scores",
    "",
    evaluation.method,
    "",
    ...table(cells(evaluation), HEADINGS),
    "",
    `Measured by \`deno task evaluate ${part}\` on data \`${evaluation.data}\`${
      others.length ? `, with ${others.map(([name, hash]) => `${name} \`${hash}\``).join(", ")}` : ""
    }.`,
    "",
    ...(stretches.rows.length > 1
      ? [
        "## Scores against training",
        "",
        ...table(stretches.rows, stretches.headings),
        "",
        ...outlooks(evaluation, facts.stretches).flatMap((line) => [line, ""]),
      ]
      : []),
    ...(facts.trials && facts.trials.rows.length > 0
      ? [
        `## ${facts.trials.heading}`,
        "",
        facts.trials.note,
        "",
        ...table(facts.trials.rows, facts.trials.headings),
        "",
      ]
      : []),
  ].join("\n");
}
