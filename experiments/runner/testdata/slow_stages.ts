/**
 * A process for the runner's tests to kill: `slow_stages.ts CACHE MILLISECONDS` runs a data stage and a "training" of 40 steps with a
 * checkpoint every 5, pausing at every step, prints a line per event, then the sums of all outputs.
 */
import { sha256 } from "../../../lib/hub/mod.ts";
import { currentOrigin, runStages, type Stage } from "../mod.ts";

const [cacheFolder = "", pause = "0"] = Deno.args;
const wait = () => new Promise((done) => setTimeout(done, Number(pause)));

const data: Stage = {
  id: "data",
  title: "Make data",
  config: { seed: 1 },
  code: [],
  data: {},
  parents: [],
  expectedSeconds: 1,
  run: (context) =>
    Promise.resolve(context.write("numbers.bin", Uint8Array.from({ length: 200_000 }, (_, i) => i * 7))),
};

const training: Stage = {
  id: "train",
  title: "Train",
  config: { steps: 40 },
  code: [],
  data: {},
  parents: [data],
  expectedSeconds: 1,
  async run(context) {
    const numbers = await context.input("data").bytes("numbers.bin");
    const checkpoint = await context.loadLatestCheckpoint();
    let weights = checkpoint?.files["weights"] ?? numbers.slice(0, 50_000);
    for (let step = (checkpoint?.step ?? 0) + 1; step <= 40; step++) {
      weights = weights.map((weight, i) =>
        weight * 5 + step + (numbers[(i * step) % numbers.length] as number)
      );
      if (step % 5 === 0) await context.saveCheckpoint(step, { weights });
      context.progress(step, 40, "steps");
      await wait();
    }
    context.write("weights.bin", weights);
  },
};

const outputs = await runStages([training], {
  cacheFolder,
  origin: () => currentOrigin("cpu"),
  onEvent: (event) =>
    console.log(
      event.kind === "progress" ? `step ${event.done}` : JSON.stringify({ ...event, stage: event.stage.id }),
    ),
});
for (const [id, output] of outputs) {
  for (const name of output.files) console.log(`sum ${id}/${name} ${sha256(await output.bytes(name))}`);
}
