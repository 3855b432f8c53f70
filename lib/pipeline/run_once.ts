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

/** A function of a model's parameters, and what it reads. */
export interface ModelRun {
  /** The model's name in sentences, such as "the autoencoder"; "the model" if absent. */
  readonly what?: string;
  /** Its weights. */
  readonly model: ModelPart<unknown>;
  /** What is computed of them. */
  readonly fn: (params: Params, inputs: Params) => Tensor;
  /** Type and shape of each input. */
  readonly inputs: Readonly<Record<string, Pick<HostArray, "dtype" | "shape">>>;
}

/** A model that stays ready. */
export interface OpenRun {
  /** Its output. @throws NotFiniteError naming the model when that is not finite. */
  run(inputs: Readonly<Record<string, HostArray>>): Promise<HostArray>;
  /** Frees it. */
  dispose(): Promise<void>;
}

/** Prepares a function of a model's parameters that is run again and again. */
export async function openRun(
  make: MakeProgram,
  { what = "the model", model, fn, inputs }: ModelRun,
): Promise<OpenRun> {
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
  return {
    async run(given) {
      const out = leaf(await program.run(given), "out");
      checkFinite(out.data, what, {
        [what]: model.params,
        ...(model.lora ? { "the LoRA": model.lora } : {}),
      });
      return { ...out, data: out.data.slice() };
    },
    dispose: () => program.dispose(),
  };
}

/**
 * Runs a function of a model's parameters once and frees it.
 *
 * @throws NotFiniteError naming the model when its output is not finite.
 */
export async function runOnce(
  make: MakeProgram,
  fn: ModelRun["fn"],
  parts: Omit<ModelRun, "fn" | "inputs"> & { inputs: Readonly<Record<string, HostArray>> },
): Promise<HostArray> {
  const open = await openRun(make, { ...parts, fn });
  try {
    return await open.run(parts.inputs);
  } finally {
    await open.dispose();
  }
}
