/** Fig. 8's findings: ratios of variances, spreads of scores, the verdicts, and the sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import { imageGridPng } from "../../../lib/plots/image_grid.ts";
import {
  type FigureResult,
  INSTRUCTION_INK,
  judgeAll,
  resampleCells,
  type SampleRow,
  sheetZoom,
} from "../../../lib/report/mod.ts";
import { REWORDING_STATEMENTS, type RewordingContent, rewordingContent } from "./statements.ts";
import { FIG8, rewordingStageId } from "./record.ts";
import { SPREAD_SCORE } from "../../setting/score_names.ts";
import type { RewordedItem, RewordingSize } from "../../setting/model_requests.ts";
import type { Summarize } from "../figure_summary.ts";
import type { StageOutput } from "../../runner/mod.ts";
import { JOINT } from "../table1/rows.ts";
import { keysOf } from "../uses/use_samples.ts";

const itemsOf = async (output: StageOutput) => JSON.parse(await output.text("items.json")) as RewordedItem[];

function deviation(values: readonly number[]): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}

/** An item's numbers under the names that `rewordingContent()` reads. */
function scoresOf({ words, noise, scores }: RewordedItem): Record<string, number> {
  const named = (spread: RewordedItem["words"], name: string) =>
    Object.fromEntries(Object.entries(spread).map(([space, value]) => [`${space} ${name}`, value]));
  return {
    [SPREAD_SCORE]: deviation(scores),
    ...(noise === null ? {} : { ...named(words, "words"), ...named(noise, "noise") }),
  };
}

/** Per pictured task and item a row of wordings and a row of noises, beside the condition. */
async function sheet(
  result: FigureResult,
  size: RewordingSize,
  outputs: readonly { readonly task: string; readonly output: StageOutput }[],
): Promise<Uint8Array> {
  const rows = [];
  let zoom = 1;
  for (const { task, output } of outputs) {
    const pixels = await output.bytes("pictures.rgb");
    const items = await itemsOf(output);
    const [any] = items;
    if (any === undefined) throw new RangeError(`Showing ${task} reworded needs an item, got none`);
    const wordings = any.wordings.length;
    const { noises } = result.content as RewordingContent;
    const each = wordings + noises; // the condition, the wordings, the other noises
    const shown = items.slice(0, size.shown);
    const bytes = pixels.length / (shown.length * each);
    const side = Math.sqrt(bytes / 3);
    zoom = sheetZoom(side);
    const cell = (place: number, text = "") => ({
      images: [{ width: side, height: side, pixels: pixels.subarray(place * bytes, (place + 1) * bytes) }],
      captions: text === "" ? [] : [{ text, colour: INSTRUCTION_INK }],
    });
    for (const [item, { wordings: texts }] of shown.entries()) {
      const first = item * each;
      const condition = cell(first);
      rows.push({
        name: task,
        note: "one noise, other wordings",
        cells: [condition, ...texts.map((text, i) => cell(first + 1 + i, text))],
      }, {
        name: task,
        note: "one wording, other noises",
        cells: [
          condition,
          cell(first + 1, texts[0]),
          ...Array.from({ length: noises - 1 }, (_, i) => cell(first + 1 + wordings + i)),
        ],
      });
    }
  }
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: result.caption,
    columns: ["Condition"],
    rows,
  }, { captionLines: 8, zoom });
}

/** Reads the stages of both models. */
export const summarize: Summarize = async (context, { tasks, seeds, budget }, outputs) => {
  const { wordings, noises } = FIG8.sizes[budget];
  const samples: SampleRow[] = [];
  for (const seed of seeds) {
    for (const { row } of FIG8.rows) {
      for (const task of tasks) {
        for (const item of await itemsOf(context.input(rewordingStageId(row, task, seed)))) {
          const scores = scoresOf(item);
          samples.push({ row, task, index: item.index, seed, instruction: "", prompt: "", scores });
        }
      }
    }
  }
  const resampled = resampleCells(samples, { key: key("fig8"), rows: FIG8.rows.map(({ row }) => row) });
  const content = rewordingContent(resampled, { wordings, noises, tasks });
  const counts = tasks.map((task) =>
    samples.filter((each) => each.row === JOINT && each.task === task && each.seed === seeds[0]).length
  );
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return {
    content,
    caption:
      `${
        least === most ? least : `${least} to ${most}`
      } held-out items of each task, each sampled with ${wordings} held-out wordings of the instruction from one noise, ` +
      `and from ${noises} noises with one wording, by Table 1's joint model; its fixed-prompt model is given the same wordings.`,
    hashes: keysOf(outputs),
    claims: judgeAll(REWORDING_STATEMENTS, { resampled, content }),
    files: async (result) => {
      const pictured = tasks.filter((task) => FIG8.pictured.some((each) => each === task));
      const shown = pictured.length > 0 ? pictured : tasks.slice(0, 1);
      return {
        "fig8.png": await sheet(
          result,
          FIG8.sizes[budget],
          shown.map((task) => ({
            task,
            output: context.input(rewordingStageId(JOINT, task, seeds[0] as number)),
          })),
        ),
      };
    },
  };
};
