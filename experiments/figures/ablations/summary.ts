/** The ablations' findings: differences from the joint model, the untrained uses, the verdicts, and a sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import { levelsBetween } from "../../../lib/metrics/mod.ts";
import { ABLATION_SHEET } from "./bars.ts";
import { ABLATION_STATEMENTS, ablationsContent } from "./statements.ts";
import { judgeAll, resampleCells, type SampleRow } from "../../../lib/report/mod.ts";
import { PARTIAL_TASKS } from "../uses/use_evidence.ts";
import { ABLATIONS, COLOURED, STYLE_CASES } from "./record.ts";
import type { Summarize } from "../figure_summary.ts";
import { MOVED_SCORE } from "../../setting/score_names.ts";
import { readGallery } from "../../setting/gallery.ts";
import { keysOf, readItems, readSamples, takenScores } from "../uses/use_samples.ts";
import { useSheet } from "../uses/use_sheet.ts";
import { useStageId } from "../uses/use_stages.ts";

/** Items of the sheet. */
const SHOWN_ITEMS = 3;
/** Its rows: those with an image. */
const SHOWN = STYLE_CASES.filter(({ adapterScale }) => adapterScale > 0);

/** Reads the stages of all rows. */
export const summarize: Summarize = async (context, { scale, tasks, seeds }, outputs) => {
  const taken = takenScores(scale);
  const use = (row: string, task: string, seed: number) => context.input(useStageId(row, task, seed));
  /** How far the picture moves under another task's instruction, from the same noise, by task, seed and item. */
  const moved = new Map<string, number>();
  for (const task of PARTIAL_TASKS) {
    for (const seed of seeds) {
      const own = await readGallery(use("own-instruction", task, seed));
      const other = await readGallery(use("other-instruction", task, seed));
      own.forEach(({ index, output }, i) =>
        moved.set(
          JSON.stringify(["other-instruction", task, seed, index]),
          levelsBetween(output, other[i]!.output),
        )
      );
    }
  }
  const samples = (await readSamples(outputs)).map((sample): SampleRow => {
    const { row, task, seed, index, scores } = sample;
    const levels = moved.get(JSON.stringify([row, task, seed, index]));
    return levels === undefined ? sample : { ...sample, scores: { ...scores, [MOVED_SCORE]: levels } };
  });
  const resampled = resampleCells(samples, {
    key: key("ablations"),
    rows: [...new Set(samples.map(({ row }) => row))],
  });
  const content = ablationsContent(resampled, {
    variants: ABLATIONS.variants.map(({ row }) => row),
    leftOut: ABLATIONS.leftOut,
    tasks,
    taken,
  });
  return {
    content,
    caption:
      "The joint model trained again with one thing changed, from the same start and in as many steps, scored on the same held-out " +
      "items and noise: the instruction as the states of its word pieces; as a one-hot number of the task; from wordings without the " +
      "keyword rule (half of them name another task); on sources of the paper's kind, where each task has conditions of its own; with the " +
      `image tokens in place of the text's; without the ${
        ABLATIONS.leftOut.map(({ task }) => task).join(" or the ")
      } task. All are given the same held-out ` +
      "wordings but the one-hot model, which reads no text.",
    hashes: keysOf(outputs),
    claims: judgeAll(ABLATION_STATEMENTS, { resampled, content, taken }),
    files: async (result) => {
      const read = await readItems(
        new Map(SHOWN.map(({ row }) => [row, use(row, COLOURED, seeds[0] as number)])),
      );
      return {
        "ablations.png": await useSheet({ ...result, caption: ABLATION_SHEET }, SHOWN, [{
          task: COLOURED,
          items: read.slice(0, SHOWN_ITEMS),
        }]),
      };
    },
  };
};
