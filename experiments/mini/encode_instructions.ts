/**
 * Stage: what a training of an ablation reads in place of a task's usual instruction vectors: the same wordings in another form, or other wordings.
 * Rows may differ in length: they stand behind each other without padding.
 */
import { CORPUS, instructionCorpus } from "../../lib/instructions/mod.ts";
import { unfilteredInstructions } from "../../lib/instructions/unfiltered.ts";
import { composePair, taskOf } from "../../lib/tasks/mod.ts";
import type { EncodeInstructions, WordingsRequest } from "../setting/model_requests.ts";
import { sourcesOf } from "../setting/pair_sources.ts";
import { INSTRUCTION_LAYOUT, type InstructionLayout } from "./encoded_task.ts";
import { FORM_SIZES, instructionRows, instructionSize } from "./instruct_forms.ts";
import { sharedBank } from "./shared_models.ts";
import { trainingWordings } from "../adapters/training_wordings.ts";

/** Texts per call of the encoder. */
const PART = 500;

function corpusOf({ task, corpus }: WordingsRequest): readonly string[] {
  return corpus === "filtered"
    ? instructionCorpus(task, "train")
    : unfilteredInstructions(task, "train", { count: CORPUS.sizes.train, seed: CORPUS.seed });
}

/** Writes instructions.f16 and where each row begins. */
export const encodeInstructions: EncodeInstructions = async (request, context) => {
  const { task, trainItems, form, device } = request;
  const sources = sourcesOf(request);
  const bank = await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const { objectWord } = taskOf(task).words;
  const names = Array.from(
    { length: trainItems },
    (_, index) =>
      objectWord === null
        ? undefined
        : composePair(bank, { task, split: "train", index, sources }).objectName,
  );
  const { texts, ...shares } = trainingWordings(task, corpusOf(request), names);
  const parts: Float16Array[] = [];
  const starts = [0];
  for (let first = 0; first < texts.length; first += PART) {
    for (const row of await instructionRows(form, texts.slice(first, first + PART), { task, device })) {
      parts.push(Float16Array.from(row));
      starts.push(starts.at(-1) as number + row.length);
    }
    context.progress(Math.min(texts.length, first + PART), texts.length, "texts");
  }
  const all = new Float16Array(starts.at(-1) as number);
  parts.forEach((row, i) => all.set(row, starts[i] as number));
  const layout: InstructionLayout = { ...shares, size: instructionSize(FORM_SIZES[form]), starts };
  context.write("instructions.f16", new Uint8Array(all.buffer));
  context.write(INSTRUCTION_LAYOUT, JSON.stringify(layout));
};
