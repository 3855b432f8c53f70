import {
  compile,
  eager,
  type HostParams,
  type InputSpec,
  type Params,
  type ProgramParts,
} from "../engine/mod.ts";

/** The compiled engine, or tfjs's plain backend that checks it. */
export type EvaluationEngine = "compiled" | "cpu";

/** Runs a function once on the chosen engine: parameters and inputs in, named results out, all in ordinary memory. */
export async function evaluate(
  fn: (params: Params, inputs: Params) => Params,
  parts: { readonly params: HostParams; readonly inputs: HostParams },
  options: { engine?: EvaluationEngine } = {},
): Promise<HostParams> {
  const inputs: Record<string, InputSpec> = {};
  for (const [name, { dtype, shape }] of Object.entries(parts.inputs)) {
    inputs[name] = { dtype, shape } as InputSpec;
  }
  const whole: ProgramParts = { frozen: parts.params, inputs };
  const step = (frozen: Params, _state: Params, fed: Params) => ({ outputs: fn(frozen, fed) });
  const program = options.engine === "cpu" ? await eager(step, whole) : await compile(step, whole);
  try {
    return await program.run(parts.inputs);
  } finally {
    await program.dispose();
  }
}
