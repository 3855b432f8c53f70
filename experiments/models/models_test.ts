import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { adapterShapes } from "../../lib/adapter/mod.ts";
import { textTowerShapes, visionTowerShapes } from "../../lib/clip/mod.ts";
import { unetShapes, vaeShapes } from "../../lib/diffusion/mod.ts";
import type { Shapes } from "../../lib/engine/mod.ts";
import { startStandInHub } from "../../lib/hub/testdata/stand_in_hub.ts";
import { writeSparseSafetensors } from "../../lib/hub/testdata/sparse_safetensors.ts";
import {
  SD15_INSTRUCT_RELEASED,
  SD15_RESAMPLER,
  SD15_UNET,
  SD15_VAE,
  VIT_H_TEXT,
  VIT_H_VISION,
  VIT_L_TEXT,
} from "../setting/sd15_sizes.ts";
import { modelsText } from "./cli.ts";
import { cardLicence, inspectMiniFiles, inspectPaperFile } from "./inspect.ts";
import { locate } from "../paper/locate_file.ts";
import { PAPER_FILES, paperFile } from "../paper/paper_files.ts";
import { TRAINING_ROLES } from "../paper/paper_inputs.ts";

const CLI = new URL("cli.ts", import.meta.url).pathname;

/** Every needed file of weights at its full size, as holes. */
const FULL: readonly (readonly [path: string, kind: "F16" | "F32", shapes: Shapes])[] = [
  ["unet/diffusion_pytorch_model.safetensors", "F32", unetShapes(SD15_UNET)],
  ["vae/diffusion_pytorch_model.fp16.safetensors", "F16", vaeShapes(SD15_VAE)],
  ["text_encoder/model.safetensors", "F32", textTowerShapes(VIT_L_TEXT, { projection: false })],
  ["image_encoder/model.safetensors", "F32", visionTowerShapes(VIT_H_VISION)],
  ["ip-adapter-plus_sd15.safetensors", "F16", adapterShapes({ projection: SD15_RESAMPLER, unet: SD15_UNET })],
  [
    "ip-adapter-instruct-sd15.safetensors",
    "F32",
    adapterShapes({ projection: SD15_INSTRUCT_RELEASED, unet: SD15_UNET }),
  ],
  ["instruction_encoder/model.safetensors", "F32", textTowerShapes(VIT_H_TEXT)],
];

function write(folder: string, path: string, kind: "F16" | "F32", shapes: Shapes): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  const tensors = Object.entries(shapes).map(([name, shape]) => [name, { kind, shape }] as const);
  writeSparseSafetensors(join(folder, path), Object.fromEntries(tensors));
}

function withFolder(test: (folder: string) => Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "models-"));
    try {
      await test(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

function inspectAll(folder: string, options?: { hashes: boolean }) {
  const settings = { cache: join(folder, "cache"), endpoint: "http://127.0.0.1:1", offline: true };
  return Promise.all(PAPER_FILES.map((file) => inspectPaperFile(file, { settings, folder }, options)));
}

Deno.test(
  "inspectPaperFile() finds SD 1.5, its encoders and adapters in a local folder and checks every name and shape at full size",
  withFolder(async (folder) => {
    for (const [path, kind, shapes] of FULL) write(folder, path, kind, shapes);
    mkdirSync(join(folder, "tokenizer"));
    for (const name of ["vocab.json", "merges.txt"]) {
      const source = new URL(`../../lib/clip/testdata/${name}`, import.meta.url);
      writeFileSync(join(folder, "tokenizer", name), readFileSync(source));
    }
    const reports = await inspectAll(folder, { hashes: false });
    for (const { part, neededBy, state, problem } of reports) {
      assert.equal(state, neededBy.length > 0 ? "fits" : "missing", `${part}: ${problem}`);
    }
    assert.equal(reports[0]!.bytes! > 3_438_083_856, true);
    assert.match(
      modelsText(reports),
      /paper scale: 12 files, 0 of the needed missing\n {2}fits {5}base U-Net, 3\.44 GB\n/,
    );
  }),
);

Deno.test(
  "inspectPaperFile() says what is wrong: another model's file, an Instruct file in plus's place, a cut file, a wrong hash",
  withFolder(async (folder) => {
    const [unet, vae, text, vision, plus, instruct] = FULL;
    write(folder, unet![0], "F32", vae![2]);
    write(folder, vae![0], "F16", vae![2]);
    truncateSync(join(folder, vae![0]), 1_000_000);
    write(folder, vision![0], "F32", text![2]);
    write(folder, plus![0], "F32", instruct![2]);
    mkdirSync(join(folder, "tokenizer"));
    writeFileSync(join(folder, "tokenizer/vocab.json"), "[]");
    const problems = (await inspectAll(folder, { hashes: false })).filter(({ state }) => state === "wrong")
      .map(({ problem }) => problem!);
    const expected = [
      /missing "conv_in\.weight".*; and \d+ more$/,
      /truncated/,
      /expected merges\.txt beside it, got none/,
      /missing "vision_model\.embeddings\.class_embedding"/,
      /expected IPAdapter\+ \(no instruction\), got a file of IPAdapter-Instruct as released/,
    ];
    assert.equal(problems.length, expected.length, problems.join("\n"));
    expected.forEach((message, i) => assert.match(problems[i]!, message));
    write(folder, plus![0], "F16", plus![2]);
    const report = (await inspectAll(folder)).find(({ part }) => part.startsWith("IPAdapter+"));
    assert.equal(report?.problem, "its content does not match its hash");
  }),
);

Deno.test(
  "inspectPaperFile() reads the licence from the card in the cache, and says where it comes from when it is missing",
  withFolder(async (folder) => {
    const commit = "a".repeat(40), repo = join(folder, "cache/models--CiaraRowles--IP-Adapter-Instruct");
    mkdirSync(join(repo, "refs"), { recursive: true });
    mkdirSync(join(repo, "snapshots", commit), { recursive: true });
    writeFileSync(join(repo, "refs/main"), commit);
    writeFileSync(join(repo, "snapshots", commit, "README.md"), "---\nlicense: some-licence\n---\n# Card\n");
    const reports = await inspectAll(folder);
    assert.ok(reports.every(({ state }) => state === "missing"));
    const instruct = reports.find(({ part }) => part.startsWith("IPAdapter-Instruct"))!;
    assert.equal(instruct.licence, "some-licence");
    assert.equal(instruct.source, "CiaraRowles/IP-Adapter-Instruct/ip-adapter-instruct-sd15.bin");
    assert.equal(cardLicence("# No front matter\nlicense: x"), "not stated");
    assert.equal(cardLicence("---\ntags: [a]\n---\n"), "not stated");
    assert.equal(cardLicence('---\nlicense: "mit" \n---\n'), "mit");
  }),
);

Deno.test("inspectMiniFiles() finds the committed checkpoints sound, and a damaged or missing one", async () => {
  assert.ok((await inspectMiniFiles()).every(({ state }) => state === "sound" || state === "fits"));
  const folder = mkdtempSync(join(tmpdir(), "mini-"));
  try {
    writeFileSync(join(folder, "vae.safetensors"), "ruin");
    const states = (await inspectMiniFiles(new URL(`file://${folder}/`))).map((
      { part, state },
    ) => [part, state]);
    assert.deepEqual(states[0], ["vae", "wrong"]);
    assert.ok(states.slice(1).every(([, state]) => state === "missing"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test(
  "deno task models --download fetches what generate and reproduce need, ViT-H/14's text tower among it, and nothing twice",
  withFolder(async (folder) => {
    await using hub = startStandInHub(...new Set(PAPER_FILES.map(({ repo }) => repo)));
    const text = (content: string) => ({ content: new TextEncoder().encode(content), large: false });
    for (const { path } of PAPER_FILES) {
      hub.files.set(path, { ...text(`not ${path}`), large: path.endsWith(".safetensors") });
    }
    hub.files.set("README.md", text("---\nlicense: mit\n---\n"));
    const settings = { cache: join(folder, "hf", "hub"), endpoint: hub.endpoint, offline: true };
    const here = () =>
      PAPER_FILES.filter((file) => locate(file, { settings }) !== undefined).map(({ role }) => role);
    assert.deepEqual(here(), []);
    for (const fetched of [true, false]) {
      hub.ranges.length = 0;
      const { stdout } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", CLI, "--scale", "paper", "--download", "--json"],
        env: {
          HF_HOME: join(folder, "hf"),
          HF_HUB_CACHE: "",
          HF_ENDPOINT: hub.endpoint,
          HF_HUB_OFFLINE: "",
          HF_TOKEN: "",
        },
      }).output();
      assert.equal(hub.ranges.length > 0, fetched);
      const reports = JSON.parse(new TextDecoder().decode(stdout)) as { part: string; problem?: string }[];
      // The stand-in's files are text: they came whole, and are no weights.
      const { part } = paperFile("instruction");
      assert.match(reports.find((report) => report.part === part)?.problem ?? "", /no safetensors file/);
    }
    const got = here();
    for (const role of TRAINING_ROLES) assert.ok(got.includes(role), role);
    assert.ok(got.includes("instruct"));
    assert.ok(!got.includes("pose"));
  }),
);

Deno.test("deno task models answers a wrong question with one sentence and exit code 2", async () => {
  for (const args of [["--scale", "papper"], ["--models", "/nowhere"], ["extra"]]) {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", CLI, ...args] })
      .output();
    assert.equal(code, 2);
    assert.equal(new TextDecoder().decode(stderr).trim().split("\n").length, 1);
  }
});
