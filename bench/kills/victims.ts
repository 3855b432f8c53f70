/** The commands that are killed: each long enough to be hit anywhere, and no longer. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fold, key, normal } from "../../lib/engine/mod.ts";
import { startStandInHub } from "../../lib/hub/testdata/stand_in_hub.ts";
import { encodePng } from "../../lib/raster/mod.ts";
import { loadBank } from "../../lib/tasks/mod.ts";
import { TRAINING_COST } from "../../experiments/figures/table1/training_cost.ts";
import { checkpointPath, readCheckpoint } from "../../experiments/mini/checkpoints.ts";
import { PAPER_FILES } from "../../experiments/paper/paper_files.ts";
import { writeTinyModels } from "../../experiments/paper/tiny_models.ts";
import { sha256 } from "../../lib/hub/mod.ts";
import { type Ends, endsBelow, type Victim } from "./victim.ts";

/** Bytes of a downloaded file of weights, and milliseconds that 64 KiB of it take. */
const [DOWNLOAD, PACE] = [400_000, 15];

const script = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const cacheIn = (folder: string) => ({ IPADAPTER_CACHE: join(folder, "cache") });

const REPRODUCE: Victim = {
  name: "reproduce",
  about: "reproduce table1 --budget smoke",
  inTurn: 5,
  command: (folder) => ({
    args: [
      ...[script("experiments/cli.ts"), "table1", "--budget", "smoke"],
      ...["--out", join(folder, "results")],
    ],
    env: cacheIn(folder),
  }),
  ends: (folder) =>
    new Map([
      // result.json tells when and how long.
      ...endsBelow(join(folder, "results"), {
        wanted: (path) => !path.endsWith("result.json"),
        read: (path) =>
          path.endsWith("table.md") ? timelessTable(readFileSync(path, "utf8")) : readFileSync(path),
      }),
      ...shownSteps(join(folder, "cache", "runs")),
    ]),
};

/** Table 1 without the line of the statement that is judged by measured seconds. */
function timelessTable(text: string): Uint8Array {
  const lines = text.split("\n"), kept = lines.filter((line) => !line.includes(TRAINING_COST.statement));
  if (kept.length !== lines.length - 1) {
    throw new Error("Table 1 has no line about the time of its trainings");
  }
  return new TextEncoder().encode(kept.join("\n"));
}

/** What the trainings below a folder have shown, times and rates aside: none of the steps twice, none left out. */
function shownSteps(runs: string): Ends {
  return new Map(
    readdirSync(runs).map((name) => {
      const lines = readFileSync(join(runs, name, "metrics.jsonl"), "utf8").trimEnd().split("\n");
      const shown = lines.map((line) => {
        const { time: _, "train/samples_per_second": __, ...step } = JSON.parse(line);
        return step;
      });
      return [`runs/${name}`, sha256(new TextEncoder().encode(JSON.stringify(shown)))];
    }),
  );
}

/** The autoencoder, in 12 steps, each of which is saved. `shared` keeps the drawn pictures: `reproduce` is killed while it draws them. */
const pretrain = (shared: string): Victim => ({
  name: "pretrain",
  about: "pretrain vae --steps 12, --resume where it was killed; each step saved",
  inTurn: 3,
  prepare: async () => void await loadBank({ cacheDir: join(shared, "cache") }),
  command: (folder) => ({
    args: [script("bench/kills/pretrain_once.ts"), folder],
    env: cacheIn(shared),
  }),
  async ends(folder) {
    const { tensors, config } = await readCheckpoint(
      "vae",
      checkpointPath("vae", new URL(`file://${folder}/`)),
    );
    const { seconds: _, ...recipe } = config.recipe as Record<string, unknown>;
    const weights = Object.entries(tensors).map(([name, { data }]) =>
      [name, sha256(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))] as const
    );
    return new Map<string, string>([
      ...weights,
      ["recipe", JSON.stringify(recipe)],
      ...endsBelow(folder, { wanted: (path) => path.endsWith(".state") }),
    ]);
  },
});

/** Two pictures of tiny models of the paper's kind. */
function generate(shared: string): Victim {
  const models = join(shared, "tiny"), image = join(shared, "square.png");
  mkdirSync(models);
  writeTinyModels(models);
  const pixels = Uint8Array.from(normal(fold(key("kills"), "square"), 20 * 20 * 3, { mean: 128, std: 50 }));
  Deno.writeFileSync(image, encodePng({ width: 20, height: 20, pixels }));
  return {
    name: "generate",
    about: "generate --scale paper on tiny models, two pictures of ten steps",
    inTurn: 2,
    command: (folder) => ({
      args: [
        ...[script("experiments/generate/cli.ts"), "--scale", "paper", "--models", models, "--image", image],
        ...["--instruct", "the sea", "--prompt", "a cat", "--size", "16x24", "--steps", "10", "--count", "2"],
        ...["--out", join(folder, "out")],
      ],
      env: cacheIn(folder),
    }),
    ends: (folder) => endsBelow(join(folder, "out")),
  };
}

const EXPLORE: Victim = {
  name: "explore",
  about: "explore with 60 + 10 instructions a task, until its page is served",
  inTurn: 2,
  command: (folder) => ({ args: [script("bench/kills/explore_once.ts")], env: cacheIn(folder) }),
  ends: (folder) => endsBelow(join(folder, "cache", "explorer")),
};

/** The needed files of the paper's models, from a hub whose files hold noise. */
const models = (endpoint: string): Victim => ({
  name: "models",
  about: "models --scale paper --download from a stand-in hub",
  inTurn: 3,
  command: (folder) => ({
    args: [script("experiments/models/cli.ts"), "--scale", "paper", "--quick", "--download"],
    env: {
      HF_HOME: join(folder, "hf"),
      HF_HUB_CACHE: "",
      HF_ENDPOINT: endpoint,
      HF_HUB_OFFLINE: "0",
      HF_TOKEN: "",
    },
  }),
  ends: (folder) => endsBelow(join(folder, "hf", "hub"), { wanted: (path) => !path.startsWith(".locks") }),
});

/** The commands, with what they need beside their own folder. */
export function openVictims(): AsyncDisposable & { readonly victims: readonly Victim[] } {
  const shared = mkdtempSync(join(tmpdir(), "kills-shared-"));
  const hub = startStandInHub(...new Set(PAPER_FILES.map(({ repo }) => repo)));
  hub.pace = PACE;
  for (const { path, neededBy } of PAPER_FILES) {
    if (neededBy.length === 0) continue;
    const noise = new Uint8Array(normal(fold(key("kills"), path), DOWNLOAD / 4).buffer);
    hub.files.set(path, { content: noise, large: !/\.(json|txt)$/.test(path) });
  }
  hub.files.set("README.md", { content: new TextEncoder().encode("---\nlicense: mit\n---\n"), large: false });
  return {
    victims: [REPRODUCE, pretrain(shared), generate(shared), EXPLORE, models(hub.endpoint)],
    async [Symbol.asyncDispose]() {
      await hub[Symbol.asyncDispose]();
      rmSync(shared, { recursive: true });
    },
  };
}
