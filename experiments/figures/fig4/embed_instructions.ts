/** Instructions and fixed prompts with their vectors in the joint space, as the adapters see them. */
import { createSentenceEmbedder, loadSentenceEncoder } from "../../../lib/clip/mod.ts";
import type { Json } from "../../../lib/hub/mod.ts";
import {
  FIXED_INSTRUCTIONS,
  type InstructionSplit,
  instructionsWithTemplates,
  keywordedWithTemplates,
  type SampledInstruction,
  templates,
} from "../../../lib/instructions/mod.ts";
import { unfilteredWithTemplates } from "../../../lib/instructions/unfiltered.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import { onDevice } from "../../adapters/shared.ts";
import type { StageContext } from "../../runner/mod.ts";
import type { Device } from "../../setting/experiment.ts";
import { concatenated } from "../../setting/gallery.ts";

/** How many instructions of each task. */
export interface EmbedRequest {
  readonly [name: string]: Json;
  readonly seed: number;
  readonly instructions: number;
  readonly heldOut: number;
  /** Chance that an unfiltered instruction names another task. */
  readonly mentions: number;
  readonly device: Device;
}

/** Which corpus a text belongs to. */
export type Corpus = "filtered" | "keyworded" | "unfiltered";

/** All of them: with the keyword rule, as trained; of these, in the paper's words alone; without the rule. */
export const CORPORA: readonly Corpus[] = ["filtered", "keyworded", "unfiltered"];

/** One text; its vector is the row of the same number in vectors.f32. */
export interface EmbeddedText {
  readonly set: `${Corpus}/${InstructionSplit}` | "fixed";
  readonly task: TaskId;
  readonly text: string;
  /** Number of the template it was sampled from, within its task and split, whatever the seed; null of a fixed prompt. */
  readonly template: number | null;
}

/** Texts per call of the encoder, for the progress bar. */
const CHUNK = 500;

/** All texts of a request, by set and task. */
function instructionTexts({ seed, instructions, heldOut, mentions }: EmbedRequest): EmbeddedText[] {
  const counts = { train: instructions, "held-out": heldOut };
  const corpora: Record<Corpus, (task: TaskId, split: InstructionSplit) => readonly SampledInstruction[]> = {
    filtered: (task, split) => instructionsWithTemplates(task, split, { count: counts[split], seed }),
    keyworded: (task, split) => keywordedWithTemplates(task, split, { count: counts[split], seed }),
    unfiltered: (task, split) =>
      unfilteredWithTemplates(task, split, { count: counts[split], seed, mentions }),
  };
  const of = (corpus: Corpus, split: InstructionSplit) =>
    TASKS.flatMap((task): EmbeddedText[] => {
      const all = templates(task, split);
      return corpora[corpus](task, split).map(({ instruction, template }) => ({
        set: `${corpus}/${split}`,
        task,
        text: instruction,
        template: all.indexOf(template),
      }));
    });
  return [
    ...of("filtered", "train"),
    ...TASKS.map((task) => ({ set: "fixed", task, text: FIXED_INSTRUCTIONS[task], template: null } as const)),
    ...of("filtered", "held-out"),
    ...CORPORA.filter((corpus) => corpus !== "filtered").flatMap((corpus) => [
      ...of(corpus, "train"),
      ...of(corpus, "held-out"),
    ]),
  ];
}

/**
 * Writes texts.json and vectors.f32, row-major [texts width].
 *
 * @param embed the vectors of some texts, one behind the other.
 */
export async function writeEmbedded(
  request: EmbedRequest,
  context: StageContext,
  embed: (texts: readonly string[]) => Promise<Float32Array>,
): Promise<void> {
  const texts = instructionTexts(request);
  const parts: Uint8Array[] = [];
  for (let first = 0; first < texts.length; first += CHUNK) {
    const rows = await embed(texts.slice(first, first + CHUNK).map(({ text }) => text));
    parts.push(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength));
    context.progress(Math.min(texts.length, first + CHUNK), texts.length, "texts");
  }
  context.write("texts.json", JSON.stringify(texts));
  context.write("vectors.f32", concatenated(parts));
}

/** Embeds them by the mini scale's sentence encoder, 512 wide. */
export async function embedInstructions(request: EmbedRequest, context: StageContext): Promise<void> {
  const embedder = createSentenceEmbedder(await loadSentenceEncoder(), {
    compile: onDevice(request.device),
  });
  await writeEmbedded(request, context, (texts) => embedder.embed(texts));
  await embedder.dispose();
}
