/** The mini scale's code for Table 1's stages, by module; loaded only when a stage must run. */
import type { Table1Stages } from "../table1_stages.ts";

const CHECKPOINTS = ["vae", "encoder", "judge", "base", "ip-adapter-plus"].map((part) =>
  `data/checkpoints/${part}.safetensors`
);

/** A function of a module beside this one, imported when first needed. */
const from = <Compute>(module: string, name: string) => async (): Promise<Compute> => {
  const loaded: Record<string, unknown> = await import(import.meta.resolve(module));
  return loaded[name] as Compute;
};

export const TABLE1_CODE: Table1Stages = {
  encodeDataset: {
    module: "experiments/mini/encode_dataset.ts",
    data: CHECKPOINTS,
    load: from("./encode_dataset.ts", "encodeDataset"),
  },
  trainAdapter: {
    module: "experiments/mini/train_adapter.ts",
    data: CHECKPOINTS,
    load: from("./train_adapter.ts", "trainAdapter"),
  },
  generateAndScore: {
    module: "experiments/mini/generate_and_score.ts",
    data: CHECKPOINTS,
    load: from("./generate_and_score.ts", "generateAndScore"),
  },
  metrics: {
    "CLIP-I": {
      definition: "cosine of generated image and condition, in [-1, 1]",
      by: "the judge",
      higherIsBetter: true,
    },
    "CLIP-T": {
      definition: "2.5 · max(0, cosine of generated image and the condition's caption)",
      by: "the judge",
      higherIsBetter: true,
    },
    "CLIP-P": {
      definition: "2.5 · max(0, cosine of generated image and the user prompt)",
      by: "the judge",
      higherIsBetter: true,
    },
    "CLIP-S": {
      definition:
        "2.5 · cosine of (generated image − its prompt) and (condition − its prompt), unit vectors; a copy of the condition scores highest, read it beside CLIP-P",
      by: "the judge",
      higherIsBetter: true,
    },
  },
  async checkDevice(device) {
    if (device === "cpu") return;
    const { compile, host, leaf } = await import("../../lib/engine/mod.ts");
    const program = await compile(
      (_frozen, _state, inputs) => ({ outputs: { x: leaf(inputs, "x").square() } }),
      { frozen: {}, state: {}, inputs: { x: { shape: [1] } } },
      { device },
    );
    await program.run({ x: host([1], [1]) });
    program.dispose();
  },
};
