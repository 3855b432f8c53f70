/** Running a model once: a program that is too large to stay while others run. */
import {
  checkFinite,
  type HostArray,
  leaf,
  type Params,
  type Program,
  type ProgramFunction,
  type ProgramParts,
  type Tensor,
} from "../engine/mod.ts";
import { frozenOf, type ModelPart, paramsIn } from "./models.ts";

/** Makes programs: compiled, or by another engine. */
export type MakeProgram = (fn: ProgramFunction, parts: ProgramParts) => Promise<Program>;

/**
 * Runs a function of a model's parameters once and frees it.
 *
 * @param parts.what the model's name in sentences, such as "the autoencoder"; "the model" if absent.
 * @throws NotFiniteError naming it when its output is not finite.
 */
export async function runOnce(
  make: MakeProgram,
  fn: (params: Params, inputs: Params) => Tensor,
  parts: { what?: string; model: ModelPart<unknown>; inputs: Readonly<Record<string, HostArray>> },
): Promise<HostArray> {
  const { what = "the model", model, inputs } = parts;
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [name, {
      dtype: dtype === "int32" ? dtype : "float32" as const,
      shape,
    }]),
  );
  const program = await make(
    (frozen, _state, fed) => ({ outputs: { out: fn(paramsIn(frozen, model), fed) } }),
    { frozen: frozenOf(model), inputs: specs },
  );
  try {
    const out = leaf(await program.run(inputs), "out");
    checkFinite(out.data, what, { [what]: model.params, ...(model.lora ? { "the LoRA": model.lora } : {}) });
    return { ...out, data: out.data.slice() };
  } finally {
    await program.dispose();
  }
}
