/** Trains the autoencoder for 12 steps into a folder, saving each; goes on where an earlier run was killed. */
import { existsSync, mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { loadBank } from "../../lib/tasks/mod.ts";
import { VAE } from "../../experiments/parts/vae/mod.ts";
import { trainPart } from "../../experiments/pretrain/train_part.ts";

const STEPS = 12;

const checkpoints = pathToFileURL(`${Deno.args[0]}/`), states = new URL("states/", checkpoints);
mkdirSync(checkpoints, { recursive: true });
await trainPart(VAE, await loadBank(), {
  start: existsSync(new URL("vae.state", states))
    ? { from: "working state" }
    : { from: "fresh", steps: STEPS },
  compile: { threads: 1, spin: false },
  notify: (line) => console.log(line),
  checkpoints,
  states,
  saveEveryMs: -1,
});
