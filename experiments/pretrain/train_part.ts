/** Trains a part by its recipe: from fresh weights, from the committed checkpoint, or from where a training was interrupted. */
import { fileURLToPath } from "node:url";
import type { CompileOptions } from "../../lib/engine/mod.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";
import type { Bank } from "../../lib/tasks/mod.ts";
import { learningRate, train } from "../../lib/training/mod.ts";
import {
  type Checkpoint,
  checkpointPath,
  CHECKPOINTS,
  encodeCheckpoint,
  readCheckpoint,
  trainingsOf,
} from "../mini/checkpoints.ts";
import { endOfStep, trainingLog, type Watched } from "../runner/mod.ts";
import { batchKey, type Part, type PartRecipe, stepOptions, type Training } from "../parts/part.ts";
import {
  checkIdentity,
  readWorkingState,
  removeWorkingState,
  type TrainingIdentity,
  WORKING_STATES,
  type WorkingState,
  writeWorkingState,
} from "./working_state.ts";

const SAVE_EVERY_MS = 120_000;
const LINE_EVERY_MS = 15_000;
const UNTIMED_STEPS = 2;
const TIMED_STEPS = 10;

/** What the training begins from, and how long it is. */
export type Start =
  | { readonly from: "fresh" | "checkpoint"; readonly steps?: number; readonly minutes?: number }
  | { readonly from: "working state" };

/** How a part is trained. */
interface TrainingOptions {
  readonly start: Start;
  readonly compile: CompileOptions;
  readonly notify: (line: string) => void;
  /** Folder of the checkpoints, ending in a slash. */
  readonly checkpoints?: URL;
  /** Time between two saved working states; default two minutes. */
  readonly saveEveryMs?: number;
}

/** How and where a part is trained. */
export interface TrainPartOptions extends TrainingOptions {
  /** Folder of the working states, ending in a slash. */
  readonly states?: URL;
}

/** How a part is trained, wherever its working states are kept. */
export interface TrainedPartOptions extends TrainingOptions {
  /** Where the training goes on from. */
  readonly saved: WorkingState | undefined;
  readonly save: (state: WorkingState) => Promise<void>;
  /** Called after each step, and after its state was saved where it is; what it throws ends the training. */
  readonly onStep: (step: number, steps: number, watched: Watched) => void;
  /** Once aborted, the state is saved after the step at work. */
  readonly signal?: AbortSignal;
}

/** What is read of a part here. */
export type TrainedPart = Pick<Part, "name" | "reads" | "recipe" | "prepare">;

/** What is known of a training before anything is prepared. */
interface Beginning {
  /** Hashes of the parts that it reads. */
  readonly reads: Readonly<Record<string, string>>;
  readonly identity: TrainingIdentity;
  /** Recipes of the trainings behind the weights, the first one first. */
  readonly before: readonly unknown[];
  readonly warm?: Checkpoint;
  readonly saved?: WorkingState;
}

/** Hashes of the parts that a training reads. */
async function hashesOf(names: readonly string[], checkpoints: URL): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => [name, (await readCheckpoint(name, checkpointPath(name, checkpoints))).hash]),
    ),
  );
}

function identityOf(
  { recipe }: TrainedPart,
  { data, warm, reads }: { data: string; warm: Checkpoint | undefined; reads: Record<string, string> },
): TrainingIdentity {
  return {
    recipe: JSON.stringify([recipe.summary, recipe.schedule, recipe.optimizer, recipe.emaDecay]),
    "batch size": recipe.batch,
    seed: recipe.seed,
    data,
    ...reads,
    ...(warm ? { "starting checkpoint": warm.hash } : {}),
  };
}

async function beginning(
  part: TrainedPart,
  bank: Bank,
  { start, saved, checkpoints }: { start: Start; saved: WorkingState | undefined; checkpoints: URL },
): Promise<Beginning> {
  const { name } = part;
  const warm = start.from === "checkpoint" || saved?.before
    ? await readCheckpoint(name, checkpointPath(name, checkpoints))
    : undefined;
  const reads = await hashesOf(part.reads, checkpoints);
  const identity = identityOf(part, { data: bank.hash, warm, reads });
  if (saved) {
    checkIdentity(name, saved.identity, identity);
    return { identity, reads, before: saved.before ?? [], saved };
  }
  const before = warm ? trainingsOf(warm.config) : [];
  return { identity, reads, before, ...(warm ? { warm } : {}) };
}

/** Number of steps that fit into some minutes, measured on the first ones; the weights are left as they were. */
async function stepsWithin(minutes: number, { step, batch }: Training): Promise<number> {
  const fresh = step.snapshot();
  let begun = 0;
  for (let i = 0; i < UNTIMED_STEPS + TIMED_STEPS; i++) {
    if (i === UNTIMED_STEPS) begun = performance.now();
    await step.run(await batch(i), { step: i, learningRate: 0 });
  }
  const pace = (performance.now() - begun) / TIMED_STEPS;
  step.restore(fresh);
  return Math.max(1, Math.round(minutes * 60_000 / pace));
}

async function plannedSteps(recipe: PartRecipe, training: Training, start: Start): Promise<number> {
  if (start.from === "working state") return recipe.steps;
  return start.minutes === undefined
    ? start.steps ?? recipe.steps
    : await stepsWithin(start.minutes, training);
}

/** Runs the steps that are left, saving now and then. Gives the running mean of the loss. */
async function runSteps(
  training: Training,
  { recipe, steps, saved, save, saveEveryMs, notify, onStep, signal }: {
    recipe: PartRecipe;
    steps: number;
    saved: WorkingState | undefined;
    save: (step: number, loss: number) => Promise<void>;
    saveEveryMs: number;
  } & Pick<TrainedPartOptions, "notify" | "onStep" | "signal">,
): Promise<number> {
  const began = performance.now();
  let mean = saved?.loss ?? 0, lastSave = began, lastLine = 0;
  const events = train(training.step, {
    steps,
    schedule: { ...recipe.schedule, total: steps },
    batch: training.batch,
    ...(saved ? { resume: saved } : {}),
  });
  for await (const { step, loss, gradientNorm } of events) {
    mean = mean === 0 ? loss : 0.98 * mean + 0.02 * loss;
    const now = performance.now();
    if (now - lastLine > LINE_EVERY_MS || step === steps) {
      lastLine = now;
      const pace = (now - began) / (step - (saved?.step ?? 0));
      const left = Math.round(pace * (steps - step) / 1000);
      notify(`step ${step}/${steps}  loss ${mean.toFixed(4)}  ${pace.toFixed(0)} ms/step  ${left} s left`);
    }
    const kept = await endOfStep(signal, {
      due: now - lastSave > saveEveryMs && step < steps,
      save: () => save(step, mean),
      show: () =>
        onStep(step, steps, {
          loss,
          gradientNorm,
          learningRate: learningRate({ ...recipe.schedule, total: steps }, step - 1),
          samples: recipe.batch,
        }),
    });
    if (kept) lastSave = performance.now();
  }
  return mean;
}

/**
 * Trains a part; bytes of its checkpoint, and the seconds that all sessions of the training took.
 *
 * @throws UserError when a checkpoint that it needs is missing or damaged, or the working state is of another training.
 */
export async function trainedPart(
  part: TrainedPart,
  bank: Bank,
  options: TrainedPartOptions,
): Promise<{ readonly bytes: Uint8Array; readonly seconds: number }> {
  const {
    start,
    compile,
    notify,
    saved,
    onStep,
    signal,
    checkpoints = CHECKPOINTS,
    saveEveryMs = SAVE_EVERY_MS,
  } = options;
  const { name, recipe } = part;
  const { batch, seed } = recipe;
  const { identity, reads, before, warm } = await beginning(part, bank, { start, saved, checkpoints });
  const further = before.length > 0;
  const training = await part.prepare(bank, {
    recipe,
    batches: batchKey(seed, before.length),
    notify,
    compile,
  });
  if (warm) training.step.reset({ ...training.step.weights(), ...warm.tensors });
  const began = performance.now();
  const seconds = () => (saved?.seconds ?? 0) + (performance.now() - began) / 1000;
  const steps = saved?.steps ?? await plannedSteps(recipe, training, start);
  notify(
    `${steps} steps of batch ${batch}, seed ${seed}${
      further ? `, batches of training ${before.length + 1}` : ""
    }${saved ? `, from step ${saved.step}` : ""}`,
  );
  const save = (step: number, loss: number) =>
    options.save({
      identity,
      step,
      loss,
      steps,
      seconds: seconds(),
      state: training.step.snapshot(),
      ...(further ? { before } : {}),
    });
  const loss = await runSteps(training, {
    ...{ recipe, steps, saved, save, saveEveryMs, notify, onStep },
    ...(signal && { signal }),
  });
  const { tensors, config } = await training.finish();
  const bytes = encodeCheckpoint(name, tensors, {
    ...config,
    recipe: {
      summary: recipe.summary,
      steps,
      batch,
      seed,
      schedule: recipe.schedule,
      ...stepOptions(recipe),
      ...(further ? { training: before.length + 1 } : {}),
      seconds: Math.round(seconds()),
      data: bank.hash,
      ...(part.reads.length > 0 ? { reads } : {}),
      loss: Number(loss.toFixed(5)),
    },
    ...(further ? { earlier: before } : {}),
  });
  await training.step.dispose();
  return { bytes, seconds: seconds() };
}

/** Replaces a part's checkpoint; what was written, in words. */
export async function writeCheckpoint(
  name: string,
  { bytes, folder }: { readonly bytes: Uint8Array; readonly folder: URL },
): Promise<string> {
  await atomicWrite(fileURLToPath(checkpointPath(name, folder)), bytes);
  return `wrote data/checkpoints/${name}.safetensors (${(bytes.length / 1e6).toFixed(1)} MB)`;
}

/**
 * Trains a part, replaces its checkpoint and removes its working state.
 *
 * @throws UserError when a checkpoint that it needs is missing or damaged, or the working state is missing or of another training.
 */
export async function trainPart(part: TrainedPart, bank: Bank, options: TrainPartOptions): Promise<void> {
  const { states = WORKING_STATES, checkpoints = CHECKPOINTS, start, notify } = options;
  const { name } = part;
  const saved = start.from === "working state" ? await readWorkingState(name, states) : undefined;
  const log = trainingLog(fileURLToPath(new URL(`runs/${name}`, states)), { notice: notify });
  const { bytes, seconds } = await trainedPart(part, bank, {
    ...options,
    saved,
    save: (state) => writeWorkingState(name, state, states),
    onStep: log.show,
  }).finally(() => log.close());
  const written = await writeCheckpoint(name, { bytes, folder: checkpoints });
  await removeWorkingState(name, states);
  notify(`${written} after ${Math.round(seconds)} s`);
}
