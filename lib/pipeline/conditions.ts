/**
 * What the predictions of a guided step are given: token states of texts, image tokens, and a ControlNet's picture. What each is given
 * stands in `guidance_passes.ts`; where the image is not shown there are zeros (Sec. 3.1; tencent-ailab's convention).
 *
 * | adapter                | the projection also reads                               | in the unguided prediction            |
 * | ---------------------- | ------------------------------------------------------- | ------------------------------------- |
 * | IP-Adapter, IPAdapter+ | nothing                                                 |                                       |
 * | Instruct, the paper's  | the instruction's vectors, which items bring along      | the same: it was never dropped        |
 * | Instruct, as released  | token states of SD's text encoder: instruction, prompt  | the empty text, the negative prompt   |
 */
import { joinedRows, repeatedRows } from "../engine/joined.ts";
import { checkFinite, type HostParams, leaf } from "../engine/mod.ts";
import { type GuidancePass, TEXT_ROLES, type TextRole } from "./guidance_passes.ts";
import type { PipelineModels } from "./models.ts";
import { type PipelinePrograms, projectionTexts } from "./programs.ts";
import { adapterPartWeights, modelWeights } from "./suspect_weights.ts";

/** What one picture is made from. */
export interface GenerationItem {
  /** Prompt's token ids. */
  readonly ids: Int32Array;
  /** Token ids of the negative prompt; the empty text's if absent. */
  readonly negative?: Int32Array;
  /** What the projection reads of the condition, see `AdapterPart.imageShape`; without an adapter it is not read. */
  readonly image?: Float32Array;
  /** The instruction [words width] for the paper's Instruct design. */
  readonly instruction?: Float32Array;
  /** Token ids of the instruction, for Instruct as released. */
  readonly instructionIds?: Int32Array;
  /** What a ControlNet is shown, [3 height width] in [0, 1]. */
  readonly control?: Float32Array;
  /** Initial noise, of the latents' sides. */
  readonly noise: Float32Array;
}

/** What the predictions of a step of one batch are given. */
export interface BatchCondition {
  /** Token states [rows length width], flat. */
  readonly text: Float32Array;
  /** Image tokens [rows queries width], flat. */
  readonly tokens?: Float32Array;
  /** What a ControlNet is shown, [samples 3 height width], flat. */
  readonly conditioning?: Float32Array;
}

/** What an item must bring along. @throws RangeError naming what is missing. */
function need<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw new RangeError(`Generating needs ${what} for every item, got none`);
}

/** The texts that predictions are given, in the order in which they are encoded; `projected`: the projection reads texts, too. */
export function textRoles(passes: readonly GuidancePass[], projected: boolean): readonly TextRole[] {
  return TEXT_ROLES.filter((role) =>
    passes.some((pass) =>
      pass.text === role || (projected && (pass.instruction === role || pass.prompt === role))
    )
  );
}

/** Whether two batches have the same condition, the noise aside: then it is encoded once. */
export function sameCondition(a: readonly GenerationItem[], b: readonly GenerationItem[]): boolean {
  const names = ["ids", "negative", "image", "instruction", "instructionIds", "control"] as const;
  return a.every((item, i) => names.every((name) => item[name] === b[i]?.[name]));
}

/**
 * Encodes what the predictions of a batch are given; rows are the first item's p_0, p_1, …, then the second's. `weights`: the adapter's, where each
 * call has its own.
 */
export function conditionEncoder(
  { base, adapter, controlnet }: PipelineModels,
  programs: PipelinePrograms,
  options: { passes: readonly GuidancePass[]; roles: readonly TextRole[]; batch: number },
): (items: readonly GenerationItem[], weights: HostParams | undefined) => Promise<BatchCondition> {
  const { passes, roles, batch } = options;
  const length = base.text.config.max_position_embeddings;
  const reads = adapter ? projectionTexts(adapter, length) : {};
  const noText = base.tokenizer.encode([""]);

  function idsOf(item: GenerationItem, role: TextRole): Int32Array {
    if (role === "prompt") return item.ids;
    if (role === "negative") return item.negative ?? noText;
    if (role === "instruction") return need(item.instructionIds, "an instruction's token ids");
    return role === "empty" ? noText : base.tokenizer.encode([role]);
  }

  return async (items, weights) => {
    for (const { image, instruction } of items) {
      if (image) checkFinite(image, "the image encoder");
      if (instruction) checkFinite(instruction, "the instruction encoder");
    }
    const ids = new Int32Array(roles.length * batch * length);
    roles.forEach((role, r) =>
      items.forEach((item, i) => ids.set(idsOf(item, role), (r * batch + i) * length))
    );
    const states = await programs.text.use(async (program) =>
      (leaf(await program.run({ ids }), "text").data as Float32Array).slice()
    );
    checkFinite(states, "the prompt encoder", modelWeights("the prompt encoder", base.text));
    const wide = states.length / (roles.length * batch);
    /** The states that each prediction is given of a text, [rows length width]. */
    const statesOf = (slot: "text" | "instruction" | "prompt") =>
      joinedRows(items.flatMap((_, i) =>
        passes.map((pass) => {
          const row = roles.indexOf(pass[slot]) * batch + i;
          return states.subarray(row * wide, (row + 1) * wide);
        })
      ));
    /** One array of each item for each prediction. */
    const each = (of: (item: GenerationItem, pass: GuidancePass) => Float32Array) =>
      joinedRows(items.flatMap((item) => passes.map((pass) => of(item, pass))));
    const text = statesOf("text");
    const tokens = adapter && await programs.projector?.use(async (program) => {
      const shown = each((item, pass) => {
        const image = need(item.image, "image tokens of the condition, with an adapter,");
        return pass.image ? image : adapter.noImage;
      });
      const outputs = await program.run({
        image: shown,
        ...(reads.prompt ? { instruction: statesOf("instruction"), prompt: statesOf("prompt") } : {}),
        ...(reads.instruction && !reads.prompt
          ? { instruction: each((item) => need(item.instruction, "an instruction, with Instruct,")) }
          : {}),
      });
      const found = (leaf(outputs, "tokens").data as Float32Array).slice();
      checkFinite(found, "the adapter's projection", adapterPartWeights(adapter, weights, "image_proj"));
      return found;
    });
    const conditioning = controlnet && repeatedRows(
      items.map((item) => need(item.control, "a conditioning image, with a ControlNet,")),
      programs.samples / batch,
    );
    return { text, ...(tokens ? { tokens } : {}), ...(conditioning ? { conditioning } : {}) };
  };
}
