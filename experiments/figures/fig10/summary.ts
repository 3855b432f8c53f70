/** Fig. 10's findings: what each combination takes and follows, the verdicts, and the sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import { imageGridPng } from "../../../lib/plots/mod.ts";
import { COMBINATION_STATEMENTS, combinationContent, COMBINATIONS } from "./statements.ts";
import {
  type FigureResult,
  INSTRUCTION_INK,
  judgeAll,
  resampleCells,
  type SampleRow,
  sheetZoom,
} from "../../../lib/report/mod.ts";
import { controlnetOf } from "../../../lib/tasks/controlnets/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import { combinationsAt, combineStageId, controlnetFor, FIG10, isFollowed, loraAt } from "./record.ts";
import type { ScaleId } from "../../setting/scales.ts";
import type { StageOutput } from "../../runner/mod.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import type { NamedRow } from "../uses/use_rows.ts";
import { keysOf, readSamples, takenScores } from "../uses/use_samples.ts";

/** Condition, control and target come before the combinations' pictures. */
const GIVEN = 3;

/** One task's part of the sheet. */
interface Shown {
  readonly task: string;
  readonly samples: readonly SampleRow[];
  readonly pixels: Uint8Array;
}

async function shownOf(task: string, output: StageOutput): Promise<Shown> {
  return { task, samples: await readSamples([output]), pixels: await output.bytes("pictures.rgb") };
}

async function sheet(
  result: FigureResult,
  parts: readonly Shown[],
  { rows, galleryItems }: {
    readonly rows: readonly NamedRow[];
    readonly galleryItems: number;
  },
): Promise<Uint8Array> {
  const each = GIVEN + rows.length;
  const sides: number[] = [];
  const shown = parts.flatMap(({ task, samples, pixels }) => {
    const instructed = samples.filter(({ row }) => row === rows[0]?.row);
    const items = instructed.slice(0, galleryItems);
    const bytes = pixels.length / (items.length * each);
    const side = Math.sqrt(bytes / 3);
    sides.push(side);
    return items.map(({ instruction, prompt, index }, item) => {
      const cell = (place: number) => {
        const at = (item * each + place) * bytes;
        return { images: [{ width: side, height: side, pixels: pixels.subarray(at, at + bytes) }] };
      };
      return {
        name: task,
        note: `item ${index}`,
        cells: [
          {
            ...cell(0),
            captions: [{ text: `I: ${instruction}`, colour: INSTRUCTION_INK }, { text: `T: ${prompt}` }],
          },
          cell(1),
          ...rows.map((_, place) => cell(GIVEN + place)),
          cell(2),
        ],
      };
    });
  });
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: `${result.caption} T: prompt, I: instruction.`,
    columns: ["Condition", "Control", ...rows.map(({ label }) => label), "Target"],
    rows: shown,
  }, { zoom: sheetZoom(Math.max(1, ...sides)) });
}

/** Where the controls are from, and whose the LoRA is. */
function controlNote(scale: ScaleId): string {
  const lora = loraAt(scale);
  return scale === "mini"
    ? `The control is drawn from the target: its edges for style, its outline, eyes and mouth for face. The LoRA is of the drawing family "${lora}".`
    : "The control is of the target: its Canny edges for style, the pose given with it for face.";
}

/** Reads the stages of the tasks. */
export const summarize: Summarize = async (context, { scale, budget, tasks, seeds }, outputs) => {
  const [taken, main] = [takenScores(scale), mainModelOf(scale)];
  const rows = combinationsAt(scale);
  const resampled = resampleCells(await readSamples(outputs), { key: key("fig10"), rows: COMBINATIONS });
  const followed = tasks.filter((task) => isFollowed(scale, task));
  return {
    content: combinationContent(resampled, {
      rows: rows.map(({ row }) => row),
      tasks,
      taken,
      agreement: Object.fromEntries(
        followed.map((task) => [task, controlnetOf(controlnetFor(task)).measure]),
      ),
    }),
    caption: `Held-out items by ${main.name}, all columns from the same noise. ${controlNote(scale)}`,
    hashes: keysOf(outputs),
    claims: judgeAll(COMBINATION_STATEMENTS, { resampled, taken, main, followed }),
    files: async (result) => {
      const parts = [];
      for (const task of tasks) {
        parts.push(await shownOf(task, context.input(combineStageId(task, seeds[0] as number))));
      }
      return { "fig10.png": await sheet(result, parts, { rows, ...FIG10.sizes[budget] }) };
    },
  };
};
