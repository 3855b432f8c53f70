import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readSafetensors, UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { type Json, type Manifest, openFolderWriter } from "../../lib/hub/mod.ts";
import type { ProjectionConfig } from "../../lib/adapter/mod.ts";
import { COMMIT, startStandInHub } from "../../lib/hub/testdata/stand_in_hub.ts";
import { encodePng } from "../../lib/raster/mod.ts";
import { JOINT_ADAPTER, readAdapterFile } from "../mini/adapter_file.ts";
import { readCheckpoint } from "../mini/checkpoints.ts";
import { MINI_INSTRUCT } from "../mini/models.ts";
import { inTinyFolder } from "../paper/testdata/tiny_folder.ts";
import { PAPER_INSTRUCT } from "../paper/tiny_models.ts";
import { RESULT_SCHEMA } from "../../lib/report/mod.ts";
import { PAPER_RECIPE } from "../../lib/training/mod.ts";
import type { ScaleId } from "../setting/scales.ts";
import { share } from "./share.ts";

const REPO = "somebody/an-adapter";
const BASE = "5".repeat(64);

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "share-"));
  try {
    await test(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs the command and gives what it said. */
async function run(args: readonly string[], io: Partial<Parameters<typeof share>[1]> = {}): Promise<string> {
  const said: string[] = [];
  await share(args, { out: (line) => said.push(line), err: (line) => said.push(line), ...io });
  return said.join("\n");
}

const fails = (args: readonly string[], message: RegExp) =>
  assert.rejects(() => run(args), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    assert.match(error.message, message);
    return true;
  });

/** A file of weights as a training writes it. */
function withProjection(path: string, projection: ProjectionConfig): Uint8Array {
  const { tensors } = readSafetensors(readFileSync(path));
  return writeSafetensors(tensors, { projection: JSON.stringify(projection) });
}

/** A training's output as the runner seals it. */
async function training(
  folder: string,
  adapter: Uint8Array,
  { scale, seed = 3 }: { scale: ScaleId; seed?: number },
): Promise<string> {
  const path = join(folder, `train-it-${scale}`);
  const writer = await openFolderWriter(path);
  writer.write("adapter.safetensors", adapter);
  writer.write("report.json", JSON.stringify({ steps: 40, finalLoss: 0.125, validation: [] }));
  const config: Json = {
    ...{ scale, seed, steps: 40, batch: 8, tasks: ["style"], instructions: "random" },
    variant: { kind: "single", task: "style" },
    recipe: PAPER_RECIPE as unknown as Json,
  };
  const data = { "data/checkpoints/base.safetensors": BASE };
  const meta: Manifest["meta"] = {
    ...{ key: "k", seconds: 61, ingredients: { config, data } },
    origin: { commit: "abc123", dirty: false },
  };
  await writer.seal(meta);
  return join(path, "adapter.safetensors");
}

/** A stored Table 1 of that training. */
function table1(folder: string): string {
  const results = join(folder, "results");
  mkdirSync(join(results, "table1", "mini-quick"), { recursive: true });
  const cell = { row: "single-task", mean: 0.5, low: 0.25, high: 0.75, n: 40, paper: null };
  const metric = { definition: "2.5 · a cosine", by: "the judge", higherIsBetter: true };
  writeFileSync(
    join(results, "table1", "mini-quick", "result.json"),
    JSON.stringify({
      ...{ schema: RESULT_SCHEMA, experiment: "table1" },
      ...{ scaleNote: "small pictures", budgetNote: "40 steps", seeds: [3], provenance: { commit: "def" } },
      metrics: { "CLIP-P": metric },
      cells: [{ ...cell, task: "style", metric: "CLIP-P" }, { ...cell, task: "face", metric: "CLIP-P" }],
      training: [{ row: "single-task", task: "style", seed: 3, steps: 40, seconds: 61, finalLoss: 0.125 }],
    }),
  );
  return results;
}

Deno.test("share() uploads an adapter and its card, and deno task generate loads it back by its address", () =>
  inFolder(async (folder) => {
    await using hub = startStandInHub(REPO);
    hub.exists = false;
    const settings = {
      cache: join(folder, "unused"),
      endpoint: hub.endpoint,
      offline: false,
      token: "write",
    };
    const said = await run(["--to", REPO], { settings });
    assert.match(
      said,
      new RegExp(
        `${hub.endpoint}/${REPO}: adapter.safetensors, README.md, NOTICE.md; .* MB, commit ${COMMIT}`,
      ),
    );
    const image = join(folder, "c.png"), out = join(folder, "out");
    writeFileSync(image, encodePng({ width: 64, height: 64, pixels: new Uint8Array(64 * 64 * 3).fill(90) }));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", fileURLToPath(new URL("../generate/cli.ts", import.meta.url))],
        ...["--checkpoint", `hf:${REPO}`, "--image", image, "--instruct", "use the style"],
        ...["--steps", "2", "--count", "1", "--out", out],
      ],
      env: { HF_ENDPOINT: hub.endpoint, HF_HOME: join(folder, "home"), HF_TOKEN: "", HF_HUB_OFFLINE: "" },
      stdout: "null",
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    assert.ok(readdirSync(out).includes("000.png"));
    const unet = (await readCheckpoint("base")).config.unet as Parameters<typeof readAdapterFile>[1];
    const there = join(folder, "adapter.safetensors");
    writeFileSync(there, hub.files.get("adapter.safetensors")!.content);
    const [shared, own] = [await readAdapterFile(there, unet), await readAdapterFile(undefined, unet)];
    assert.deepEqual(shared.params, own.params);
    assert.deepEqual(shared.projection, own.projection);
  }));

Deno.test("share() says in header and card what the adapter is: base by hash, commit, steps, recipe, scores with intervals, licence", () =>
  inFolder(async (folder) => {
    const adapter = await training(folder, withProjection(fileURLToPath(JOINT_ADAPTER), MINI_INSTRUCT), {
      scale: "mini",
    });
    const out = join(folder, "out");
    const said = await run(["--checkpoint", adapter, "--results", table1(folder), "--out", out]);
    assert.match(said, /Scores: table1\/mini-quick\/result.json/);
    const { metadata } = readSafetensors(readFileSync(join(out, "adapter.safetensors")));
    const { projection, ...rest } = metadata;
    assert.equal(JSON.parse(projection!).class, "ResamplerInstruct");
    assert.deepEqual(rest, {
      ...{
        format: "pt",
        scale: "mini",
        base_sha256: BASE,
        commit: "abc123",
        steps: "40",
        batch: "8",
        seed: "3",
      },
      ...{ base: rest.base, license: "apache-2.0" },
    });
    const card = readFileSync(join(out, "README.md"), "utf8");
    assert.match(card, /^---\nlicense: apache-2.0\n[\s\S]*?\n---\n/);
    for (
      const line of [
        "| steps | 40 of batch 8 |",
        `\`${BASE}\``,
        "`abc123`",
        "| style | CLIP-P | 0.500 | [0.250, 0.750] | 40 |",
      ]
    ) {
      assert.ok(card.includes(line), `${line} in\n${card}`);
    }
    // Another task's cell is no score of this model; nothing of this machine is told.
    assert.doesNotMatch(card, /\| face \|/);
    assert.ok(!card.includes(folder));
    assert.match(
      await run(["--checkpoint", adapter, "--results", folder, "--out", out]),
      /the card has no scores/,
    );
    assert.match(readFileSync(join(out, "README.md"), "utf8"), /None were found for this training\./);
  }));

Deno.test("share() names the base of the paper's scale by the file's own hash and asks for a licence", () =>
  inTinyFolder(async (folder) => {
    const adapter = await training(
      folder,
      withProjection(join(folder, "own-instruct.safetensors"), PAPER_INSTRUCT),
      { scale: "paper" },
    );
    const common = ["--checkpoint", adapter, "--out", join(folder, "out")];
    await fails([...common, "--models", folder], /needs --licence, got none/);
    await run([...common, "--models", folder, "--licence", "openrail"]);
    const { metadata } = readSafetensors(readFileSync(join(folder, "out", "adapter.safetensors")));
    assert.match(metadata.base_sha256!, /^[0-9a-f]{64}$/);
    assert.equal(metadata.base, "stable-diffusion-v1-5/stable-diffusion-v1-5");
    const card = readFileSync(join(folder, "out", "README.md"), "utf8");
    assert.match(card, /base_model: stable-diffusion-v1-5\/stable-diffusion-v1-5/);
    assert.match(card, /Its sources are not stated/);
    await fails(
      [...common, "--models", folder, "--licence", "openrail", "--released"],
      /the authors' scripts expect a transformer 768 wide, got 8$/,
    );
  }));

Deno.test("share() says in one sentence what is wrong", () =>
  inFolder(async (folder) => {
    await fails([], /needs --to USER\/REPO, or --out DIR/);
    await fails(["--to", "me"], /--to expects USER\/REPO, got "me"/);
    await fails(["--out", folder, "--licence", "My own"], /--licence expects an identifier/);
    await fails(["--out", folder, "--checkpoint", join(folder, "none")], /there is no such file/);
    await fails(["--out", folder, "--notice", join(folder, "none")], /--notice expects a file/);
    await fails(["--out", folder, "--released"], /authors' scripts expect a transformer 768 wide, got 128/);
    const alone = join(folder, "alone.safetensors");
    writeFileSync(alone, withProjection(fileURLToPath(JOINT_ADAPTER), MINI_INSTRUCT));
    await fails(["--out", folder, "--checkpoint", alone], /does not say how it was made/);
    await fails(
      ["--out", folder],
      /expects an empty folder or an earlier export, got .* with alone.safetensors/,
    );
    await fails(["--to", REPO, "extra"], /takes options only, got "extra"/);
  }));
