/** Fig. 10's findings: what each combination takes and follows, the verdicts, and the sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import { imageGridPng } from "../../../lib/plots/mod.ts";
import {
  COMBINATION_LABELS,
  COMBINATION_STATEMENTS,
  combinationContent,
  COMBINATIONS,
} from "./statements.ts";
import {
  type FigureResult,
  INSTRUCTION_INK,
  judgeAll,
  resampleCells,
  type SampleRow,
} from "../../../lib/report/mod.ts";
import type { Summarize } from "../figure_summary.ts";
import { combineStageId, FIG10 } from "./record.ts";
import { AGREEMENT } from "../../mini/controlled.ts";
import type { StageOutput } from "../../runner/mod.ts";
import { mainModelOf } from "../uses/use_evidence.ts";
import { keysOf, readSamples, takenScores } from "../uses/use_samples.ts";

const SIDE = 64;
const BYTES = SIDE * SIDE * 3;
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

async function sheet(result: FigureResult, parts: readonly Shown[]): Promise<Uint8Array> {
  const each = GIVEN + COMBINATIONS.length;
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: `${result.caption} T: prompt, I: instruction.`,
    columns: ["Condition", "Control", ...COMBINATIONS.map((row) => COMBINATION_LABELS[row]), "Target"],
    rows: parts.flatMap(({ task, samples, pixels }) => {
      const instructed = samples.filter(({ row }) => row === COMBINATIONS[0]);
      return Array.from({ length: pixels.length / (each * BYTES) }, (_, item) => {
        const cell = (place: number) => {
          const at = (item * each + place) * BYTES;
          return { images: [{ width: SIDE, height: SIDE, pixels: pixels.subarray(at, at + BYTES) }] };
        };
        const { instruction, prompt, index } = instructed[item] as SampleRow;
        return {
          name: task,
          note: `item ${index}`,
          cells: [
            {
              ...cell(0),
              captions: [{ text: `I: ${instruction}`, colour: INSTRUCTION_INK }, { text: `T: ${prompt}` }],
            },
            cell(1),
            ...COMBINATIONS.map((_, place) => cell(GIVEN + place)),
            cell(2),
          ],
        };
      });
    }),
  });
}

/** Reads the stages of both tasks. */
export const summarize: Summarize = async (context, { scale, tasks, seeds }, outputs) => {
  const [taken, main] = [takenScores(scale), mainModelOf(scale)];
  const resampled = resampleCells(await readSamples(outputs), {
    key: key("fig10"),
    rows: COMBINATIONS,
  });
  const controlnets: Readonly<Record<string, keyof typeof AGREEMENT>> = FIG10.controlnets;
  return {
    content: combinationContent(resampled, {
      tasks,
      taken,
      agreement: Object.fromEntries(
        tasks.map((task) => [task, AGREEMENT[controlnets[task] as keyof typeof AGREEMENT]]),
      ),
    }),
    caption:
      `Held-out items by ${main.name}, all columns from the same noise. The control is drawn from the target: its edges for style, its outline, eyes and ` +
      `mouth for face. The LoRA is of the drawing family "${FIG10.lora}".`,
    hashes: keysOf(outputs),
    claims: judgeAll(COMBINATION_STATEMENTS, { resampled, taken, main }),
    files: async (result) => {
      const parts = [];
      for (const task of tasks) {
        parts.push(await shownOf(task, context.input(combineStageId(task, seeds[0] as number))));
      }
      return { "fig10.png": await sheet(result, parts) };
    },
  };
};
