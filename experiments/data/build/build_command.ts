/** `deno task data build`: from options to a built folder. */
import process from "node:process";
import { statSync } from "node:fs";
import { UserError } from "../../../lib/engine/mod.ts";
import type { LanguageModel } from "../../../lib/instructions/mod.ts";
import { TASK_RECORDS, type TaskId } from "../../../lib/tasks/mod.ts";
import { type OptionKind, wholeNumber } from "../../setting/command_line.ts";
import { languageModelOf } from "../../setting/language_model.ts";
import { PAPER_DATASETS, PAPER_VALIDATION } from "../../paper/paper_datasets.ts";
import { SOURCE_FORMS } from "../sources/picture_source.ts";
import { buildDataset, type BuildReport, type BuildRequest } from "./build_dataset.ts";
import { openCaptioner } from "./captioner.ts";
import { builderOf, PAIR_BUILDERS } from "./pair_builders.ts";

/** Options of all builders. */
const BUILDER_OPTIONS = [...new Set(PAIR_BUILDERS.flatMap(({ options }) => options.map(({ name }) => name)))];

/** Options of the command, beside those of the checks. */
export const BUILD_OPTIONS: Readonly<Record<string, OptionKind>> = {
  count: "value",
  validation: "value",
  seed: "value",
  parallel: "value",
  captions: "value",
  llm: "value",
  model: "value",
  ...Object.fromEntries(BUILDER_OPTIONS.map((name) => [name, "value" as const])),
};

/** Help on the sources of every task that is built. */
export function buildersText(): string {
  return TASK_RECORDS.flatMap(({ id, dataset }) => {
    const builder = PAIR_BUILDERS.find(({ kind }) => kind === dataset.build?.kind);
    if (!builder) return [];
    return [
      `  ${id}: ${builder.what}`,
      ...builder.options.map(({ name, value, help, optional }) =>
        `    ${`--${name} ${value}`.padEnd(21)}${optional ? "optional: " : ""}${help}`
      ),
    ];
  }).join("\n");
}

/** Help on the forms of sources. */
export const formsText = (): string => Object.values(SOURCE_FORMS).map((text) => `  - ${text}`).join("\n");

/** Options of a task's build whose values are paths. */
export const pathOptions = (task: TaskId): readonly string[] => [
  "captions",
  ...builderOf(task).builder.options.filter(({ value }) => ["FILE", "DIR", "SOURCE"].includes(value))
    .map(({ name }) => name),
];

/** What of the options can be told before anything is read. @throws UserError for a missing or superfluous option, or one out of range. */
export function checkBuild(
  task: TaskId,
  values: ReadonlyMap<string, string>,
): Pick<BuildRequest, "count" | "validation" | "seed" | "parallel"> & {
  readonly model: LanguageModel | undefined;
} {
  const { builder } = builderOf(task);
  for (const { name, value, help, optional } of builder.options) {
    if (values.has(name) || optional) continue;
    throw new UserError(`Building ${task} pairs needs --${name} ${value}, ${help}, got none`);
  }
  for (const name of BUILDER_OPTIONS) {
    if (values.has(name) && !builder.options.some((option) => option.name === name)) {
      throw new UserError(`Building ${task} pairs takes no --${name}; --help shows what it takes`);
    }
  }
  for (
    const name of [
      "captions",
      ...builder.options.filter(({ value }) => value === "FILE").map(({ name }) => name),
    ]
  ) {
    const path = values.get(name);
    if (path !== undefined && !(statSync(path, { throwIfNoEntry: false })?.isFile() ?? false)) {
      throw new UserError(`--${name} expects a file, got ${path}`);
    }
  }
  const number = (name: string, otherwise: number, low: number) =>
    wholeNumber(`--${name}`, values.get(name) ?? `${otherwise}`, { low, high: 999_999_999 });
  const { pairs } = PAPER_DATASETS[task];
  return {
    count: pairs === null && !values.has("count") ? undefined : number("count", pairs ?? 1, 1),
    validation: number("validation", PAPER_VALIDATION, 0),
    seed: number("seed", 1, 0),
    parallel: number("parallel", 4, 1),
    model: languageModelOf(values, { apiKey: process.env.LLM_API_KEY }),
  };
}

/**
 * Builds a task's pairs.
 *
 * @throws UserError for a missing or superfluous option, or as {@link buildDataset} does.
 */
export async function buildCommand(
  task: TaskId,
  folder: string,
  { values, ...heard }:
    & { readonly values: ReadonlyMap<string, string> }
    & Pick<BuildRequest, "progress" | "onWait" | "signal">,
): Promise<BuildReport> {
  const { model, ...numbers } = checkBuild(task, values);
  const file = values.get("captions");
  return await buildDataset({
    task,
    folder,
    ...numbers,
    values,
    captioner: await openCaptioner({ ...(file === undefined ? {} : { file }), ...(model ? { model } : {}) }),
    ...heard,
  });
}

/** What was built, for a person. */
export function buildText(task: TaskId, folder: string, report: BuildReport): string {
  const { train, val, made, broken, complete } = report;
  return [
    `${task} in ${folder}: ${train} pairs to train, ${val} to validate, ${made} of them made now`,
    ...(broken > 0 ? [`  ${broken} passed over: broken.jsonl says what and why`] : []),
    ...(complete ? [] : ["  fewer than asked for: the sources have no more"]),
    `  deno task data check --scale paper --task ${task} ${folder}`,
  ].join("\n");
}
