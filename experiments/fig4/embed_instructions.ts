/** Instructions and fixed prompts with their vectors in the joint space: the frozen sentence encoder's, as the adapters see them. */
import { createSentenceEmbedder, loadSentenceEncoder } from "../../lib/clip/mod.ts";
import type { Json } from "../../lib/hub/mod.ts";
import {
  FIXED_INSTRUCTIONS,
  heldOutInstructions,
  type InstructionSplit,
  type TaskId,
  TASKS,
  trainingInstructions,
} from "../../lib/instructions/mod.ts";
import { unfilteredInstructions } from "../../lib/instructions/unfiltered.ts";
import type { StageContext } from "../runner/mod.ts";

/** How many instructions of each task. */
export interface EmbedRequest {
  readonly [name: string]: Json;
  readonly seed: number;
  readonly instructions: number;
  readonly heldOut: number;
  /** Chance that an unfiltered instruction names another task. */
  readonly mentions: number;
}

/** Which corpus a text belongs to. */
export type Corpus = "filtered" | "unfiltered";

/** One text; its vector is the row of the same number in vectors.f32. */
export interface EmbeddedText {
  readonly set: `${Corpus}/${InstructionSplit}` | "fixed";
  readonly task: TaskId;
  readonly text: string;
}

/** Texts per call of the encoder, for the progress bar. */
const CHUNK = 500;

/** All texts of a request, by set and task. */
export function instructionTexts({ seed, instructions, heldOut, mentions }: EmbedRequest): EmbeddedText[] {
  const of = (set: EmbeddedText["set"], draw: (task: TaskId) => readonly string[]) =>
    TASKS.flatMap((task) => draw(task).map((text) => ({ set, task, text })));
  return [
    ...of("filtered/train", (task) => trainingInstructions(task, { count: instructions, seed })),
    ...of("fixed", (task) => [FIXED_INSTRUCTIONS[task]]),
    ...of("filtered/held-out", (task) => heldOutInstructions(task, { count: heldOut, seed })),
    ...of(
      "unfiltered/train",
      (task) => unfilteredInstructions(task, "train", { count: instructions, seed, mentions }),
    ),
    ...of(
      "unfiltered/held-out",
      (task) => unfilteredInstructions(task, "held-out", { count: heldOut, seed, mentions }),
    ),
  ];
}

/** Writes texts.json and vectors.f32, row-major [texts 512]. */
export async function embedInstructions(request: EmbedRequest, context: StageContext): Promise<void> {
  const texts = instructionTexts(request);
  const embedder = createSentenceEmbedder(await loadSentenceEncoder());
  const parts: Uint8Array[] = [];
  for (let first = 0; first < texts.length; first += CHUNK) {
    const rows = await embedder.embed(texts.slice(first, first + CHUNK).map(({ text }) => text));
    parts.push(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    context.progress(Math.min(texts.length, first + CHUNK), texts.length, "texts");
  }
  await embedder.dispose();
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    all.set(part, place);
    place += part.length;
  }
  context.write("texts.json", JSON.stringify(texts));
  context.write("vectors.f32", all);
}
