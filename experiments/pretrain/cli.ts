/** `deno task pretrain <part>`: makes a frozen part by its recipe and writes data/checkpoints/<part>.safetensors with a card. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { UserError } from "../../lib/engine/mod.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { FAMILIES, loadBank } from "../../lib/tasks/mod.ts";
import { train } from "../../lib/training/mod.ts";
import {
  ADDITION_IDS,
  checkpointPath,
  CHECKPOINTS,
  CONTROLNET_NAMES,
  encodeCheckpoint,
  JOINT_ADAPTER_ID,
  PART_IDS,
  type PartId,
  readCheckpoint,
} from "../mini/checkpoints.ts";
import { oneOf } from "../command_line.ts";
import { readWorkingState, writeWorkingState } from "./working_state.ts";
import type { Recipe } from "./recipe.ts";

const USAGE = `deno task pretrain <${
  [...PART_IDS, JOINT_ADAPTER_ID, ...CONTROLNET_NAMES.map((name) => `controlnet-${name}`)].join("|")
}|lora-FAMILY> [--minutes M] [--steps N] [--threads T] [--resume | --warm-start]

Trains one frozen part of the mini scale on this machine and replaces its committed checkpoint. ControlNets and LoRAs are trained on top of the
committed base; FAMILY is a manner of drawing: ${FAMILIES.join(", ")}.
  --minutes M   fit the number of steps into M minutes, measured on the first steps
  --steps N     number of steps (default: the recipe's)
  --threads T   threads of the training (default: all); with one, two trainings side by side use two cores best
  --resume      go on from the last working state in .cache/pretrain
  --warm-start  train the committed checkpoint further; its header and card tell both trainings

Example: deno task pretrain vae --minutes 12`;

const SAVE_EVERY_MS = 120_000;
const WARM_STEPS = 10;

async function recipeOf(part: PartId): Promise<Recipe> {
  switch (part) {
    case "vae":
      return (await import("./vae.ts")).VAE_RECIPE;
    case "encoder":
      return (await import("./encoder.ts")).ENCODER_RECIPE;
    case "judge":
      return (await import("./encoder.ts")).JUDGE_RECIPE;
    case "base":
      return (await import("./base.ts")).BASE_RECIPE;
    case "ip-adapter-plus":
      return (await import("./ip_adapter_plus.ts")).IP_ADAPTER_PLUS_RECIPE;
    case JOINT_ADAPTER_ID:
      return (await import("./ip_adapter_instruct.ts")).IP_ADAPTER_INSTRUCT_RECIPE;
  }
  const controlnet = CONTROLNET_NAMES.find((name) => part === `controlnet-${name}`);
  if (controlnet) return (await import("./controlnet.ts")).controlnetRecipe(controlnet);
  const family = FAMILIES.find((name) => part === `lora-${name}`);
  if (family) return (await import("./lora.ts")).loraRecipe(family);
  throw new RangeError(`No recipe makes ${part}`);
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      minutes: { type: "string" },
      steps: { type: "string" },
      threads: { type: "string" },
      resume: { type: "boolean" },
      "warm-start": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return console.log(USAGE);
  const part = oneOf("Pre-training", positionals[0] ?? "", [...PART_IDS, JOINT_ADAPTER_ID, ...ADDITION_IDS]);
  const number = (name: "minutes" | "steps" | "threads") => {
    const given = values[name];
    if (given === undefined) return undefined;
    if (!(Number(given) > 0)) throw new UserError(`--${name} needs a positive number, got "${given}"`);
    return Number(given);
  };
  const minutes = number("minutes");
  const threads = number("threads");
  const recipe = await recipeOf(part);
  console.log(`${part}: ${recipe.summary}`);
  const warm = values["warm-start"] ? await readCheckpoint(part) : undefined;
  const bank = await loadBank();
  const training = await recipe.prepare(bank, {
    notify: (message) => console.log(message),
    compile: threads === undefined ? {} : { threads, spin: false },
  });
  const saved = values.resume ? await readWorkingState(part) : undefined;
  if (values.resume && !saved) {
    throw new UserError(
      `Going on with ${part} needs a sound working state in .cache/pretrain, found none: leave out --resume`,
    );
  }
  // Every training that led to these weights, the first one first; files of one training before name that one alone.
  const before = saved ? saved.before : warm && [warm.config.earlier ?? [], warm.config.recipe].flat();
  if (warm && !saved) training.step.reset({ ...training.step.weights(), ...warm.tensors });
  let steps = saved?.steps ?? number("steps") ?? recipe.steps;
  const earlier = saved?.seconds ?? 0;
  const started = performance.now();
  const seconds = () => earlier + (performance.now() - started) / 1000;
  if (minutes !== undefined && !saved) {
    const fresh = training.step.snapshot();
    let begun = 0;
    for (let i = 0; i < WARM_STEPS + 2; i++) {
      if (i === 2) begun = performance.now();
      await training.step.run(await training.batch(i), { step: i, learningRate: 0 });
    }
    steps = Math.max(1, Math.round(minutes * 60_000 / ((performance.now() - begun) / WARM_STEPS)));
    training.step.restore(fresh);
  }
  console.log(`${steps} steps of batch ${recipe.batchSize}${saved ? `, from step ${saved.step}` : ""}`);
  let mean = 0;
  let lastSave = performance.now();
  let lastLine = 0;
  for await (
    const event of train(training.step, {
      steps,
      schedule: recipe.schedule(steps),
      batch: training.batch,
      ...(saved ? { resume: saved } : {}),
    })
  ) {
    mean = mean === 0 ? event.loss : 0.98 * mean + 0.02 * event.loss;
    const now = performance.now();
    if (now - lastLine > 15_000 || event.step === steps) {
      lastLine = now;
      const pace = (seconds() - earlier) / (event.step - (saved?.step ?? 0));
      const left = Math.round(pace * (steps - event.step));
      console.log(
        `step ${event.step}/${steps}  loss ${mean.toFixed(4)}  ${
          (pace * 1000).toFixed(0)
        } ms/step  ${left} s left`,
      );
    }
    if (now - lastSave > SAVE_EVERY_MS && event.step < steps) {
      await writeWorkingState(part, {
        step: event.step,
        steps,
        seconds: seconds(),
        state: training.step.snapshot(),
        before,
      });
      lastSave = performance.now();
    }
  }
  const finished = await training.finish();
  const config = {
    ...finished.config,
    recipe: {
      summary: recipe.summary,
      steps,
      batch: recipe.batchSize,
      seed: recipe.seed,
      seconds: Math.round(seconds()),
      data: bank.hash,
      loss: Number(mean.toFixed(5)),
    },
    ...(before ? { earlier: before } : {}),
  };
  await Deno.mkdir(CHECKPOINTS, { recursive: true });
  const bytes = encodeCheckpoint(part, finished.tensors, config);
  await atomicWrite(fileURLToPath(checkpointPath(part)), bytes);
  console.log(
    `wrote data/checkpoints/${part}.safetensors (${(bytes.length / 1e6).toFixed(1)} MB) after ${
      Math.round(seconds())
    } s`,
  );
  await training.step.dispose();
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    if (!(error instanceof UserError) && !(error instanceof TypeError && "code" in error)) throw error;
    console.error((error as Error).message);
    Deno.exit(2);
  }
}
