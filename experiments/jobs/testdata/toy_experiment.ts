/**
 * Experiments for tests of executors: data → trainings with checkpoints → a summary. In the cache's folder a file `pause` holds
 * milliseconds for each step, `pause-<stage>` the same for one stage, `fail-<stage>` makes a stage fail, and `end-<stage>` makes its process end with SIGKILL, once.
 */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { availableParallelism } from "node:os";
import process from "node:process";
import { sha256 } from "../../../lib/hub/mod.ts";
import type { Stage, StageContext } from "../../runner/mod.ts";
import type { ExperimentEntry } from "../workload.ts";

const STEPS = 40;

const stageOf = (id: string, parents: Stage[], run: Stage["run"]): Stage => ({
  id,
  title: `Toy ${id}`,
  config: { id },
  code: [],
  data: {},
  parents,
  expectedSeconds: 1,
  run,
});

const wait = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** A "training": its weights depend on every step before, its file also on the number of threads. */
async function train(id: string, context: StageContext): Promise<void> {
  const { cacheFolder } = context;
  const marker = (name: string) => existsSync(join(cacheFolder, `${name}-${id}`));
  if (marker("fail")) throw new Error(`${id} was told to fail`);
  const numbers = await context.input("data").bytes("numbers.bin");
  const checkpoint = await context.loadLatestCheckpoint();
  let weights = checkpoint?.files["weights"] ?? numbers.slice(0, 1000);
  for (let step = (checkpoint?.step ?? 0) + 1; step <= STEPS; step++) {
    weights = weights.map((weight, i) =>
      weight * 5 + step + (numbers[(i * step) % numbers.length] as number)
    );
    if (step % 10 === 0 || context.signal.aborted) await context.saveCheckpoint(step, { weights });
    if (step === 12 && marker("end")) {
      rmSync(join(cacheFolder, `end-${id}`));
      process.kill(process.pid, "SIGKILL");
    }
    context.progress(step, STEPS, "steps");
    const pause = [`pause-${id}`, "pause"].map((name) => join(cacheFolder, name)).find(existsSync);
    if (pause !== undefined) await wait(Number(readFileSync(pause, "utf8")));
  }
  context.write("weights.bin", weights);
  const device = process.env["CUDA_VISIBLE_DEVICES"] ?? "none";
  context.write("threads.json", JSON.stringify({ threads: availableParallelism(), device }));
}

/** data → trainings → a summary of them. */
function toyStages(id: string, trainings: readonly number[]): Stage[] {
  const data = stageOf(
    "data",
    [],
    (context) =>
      Promise.resolve(context.write("numbers.bin", Uint8Array.from({ length: 20_000 }, (_, i) => i * 7))),
  );
  const trained = trainings.map((i) =>
    stageOf(`train-${i}`, [data], (context) => train(`train-${i}`, context))
  );
  return [stageOf(id, trained, async (context) => {
    const sums: Record<string, unknown> = {};
    for (const [id, output] of context.inputs) {
      const settings = await output.json<Record<string, string>>("threads.json");
      sums[id] = { weights: sha256(await output.bytes("weights.bin")), ...settings };
    }
    context.write("result.json", `${JSON.stringify(sums, null, 2)}\n`);
    const origins = [...context.inputs.values()].map(({ id, origin }) => [id, origin] as const);
    context.write("origins.json", JSON.stringify(Object.fromEntries(origins)));
  })];
}

const toy = (id: string, trainings: readonly number[]): ExperimentEntry => ({
  id,
  load: () =>
    Promise.resolve({
      figure: {
        record: { id, name: "Toy", title: "A toy", paper: "none", says: "nothing", tasks: [] },
        targets: () => toyStages(`${id}-summary`, trainings),
        prepare: () => Promise.resolve(),
        async collect(outputs) {
          const output = outputs.get(`${id}-summary`);
          if (output === undefined) throw new RangeError(`Collecting ${id} needs its summary`);
          const files = new Map<string, Uint8Array>();
          for (const name of output.files) files.set(name, await output.bytes(name));
          return { files, text: "a toy" };
        },
      },
    }),
});

/** The list of experiments that a test runs; they share stages. */
export const TOYS: readonly ExperimentEntry[] = [toy("toy", [1, 2, 3]), toy("toy-two", [1, 2])];
