/** How the paper's own design reads an instruction (Sec. 3.3): ViT-H/14's text tower. */
import { textTower } from "../../lib/clip/mod.ts";
import { type HostArray, leaf, type Tensor } from "../../lib/engine/mod.ts";
import type { ModelRun } from "../../lib/pipeline/mod.ts";
import type { PaperModels } from "./paper_models.ts";

/** The text tower's projected vector [1 width] of one text's `ids`. @throws RangeError without a tower. */
export function instructionReader(
  { instruction: model, tokenizer }: Pick<PaperModels, "instruction" | "tokenizer">,
): ModelRun {
  if (!model) throw new RangeError("The paper's Instruct design needs an encoder of instructions, got none");
  return {
    what: "the instruction encoder",
    model,
    inputs: { ids: { dtype: "int32", shape: [1, tokenizer.length] } },
    fn: (params, fed) => textTower(params, model.config, leaf(fed, "ids")).embeds as Tensor,
  };
}

/** What {@link instructionReader} is fed of a text's `ids`. */
export function instructionInputs(ids: Int32Array): Record<string, HostArray> {
  return { ids: { dtype: "int32", shape: [1, ids.length], data: ids } };
}
