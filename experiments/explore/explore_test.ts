import assert from "node:assert/strict";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { MAP_TASKS, type StudioEvent, type StudioRequest } from "../../lib/explorer/mod.ts";
import { sha256 } from "../../lib/hub/mod.ts";
import { generate } from "../mini/picture_scale.ts";
import { checkpointPath } from "../mini/checkpoints.ts";
import { sharedEmbedder } from "../mini/shared_models.ts";
import { DISPLAY } from "../../lib/plots/mod.ts";
import { runExplore } from "./command.ts";
import { explore } from "./explore.ts";
import { openMiniStudio } from "./studio/mini_studio.ts";
import { browserCommand, openBrowser } from "./open_browser.ts";
import { typicalScores } from "./studio/typical_scores.ts";

const quiet = { out: () => {}, err: () => {} };
const refused = (args: string[], why: RegExp) =>
  assert.rejects(
    runExplore(args, quiet),
    (error) => error instanceof UserError && why.test(error.message) && !error.message.includes("\n"),
  );

Deno.test("runExplore() refuses in one sentence what it cannot start with", async () => {
  await refused(["--prot", "1"], /no option; did you mean "--port"/);
  await refused(["--port", "x"], /--port expects a whole number from 0 to 65535/);
  await refused(["here"], /options only, got "here"/);
  await refused(["--checkpoint", "/nowhere.safetensors"], /no such file/);
  await refused(["--checkpoint", "deno.json"], /adapter/);
  await refused(["--results", "/nowhere"], /--results expects a folder .* got \/nowhere/);
});

Deno.test("runExplore() prints its help", async () => {
  const lines: string[] = [];
  assert.equal(await runExplore(["--help"], { out: (line) => lines.push(line), err: () => {} }), undefined);
  assert.match(lines.join("\n"), /--no-open/);
});

Deno.test("runExplore() says that a port is in use", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as { port: number };
  const sizes = { train: 60, heldOut: 10 };
  await assert.rejects(
    runExplore(["--port", String(port), "--no-open"], { ...quiet, sizes }),
    (error) => error instanceof UserError && error.message.includes(`port ${port} is in use`),
  );
  await new Promise((resolve) => taken.close(resolve));
});

Deno.test("runExplore() prints one address, and says so where no browser can be opened", async () => {
  const out: string[] = [], err: string[] = [];
  const running = await runExplore(["--port", "0"], {
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    open: () => Promise.resolve(false),
    sizes: { train: 60, heldOut: 10 },
  });
  try {
    assert.deepEqual(out, [running!.url]);
    assert.match(running!.url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    assert.match(err.at(-1)!, /^No browser could be opened/);
    const page = await fetch(running!.url);
    assert.match(await page.text(), /<script src="page.js"/);
    for (const name of ["page.js", "page.css", "plotly.js", "favicon.svg"]) {
      const file = await fetch(running!.url + name);
      assert.equal(file.status, 200, name);
      assert.ok((await file.arrayBuffer()).byteLength > 100, name);
    }
  } finally {
    await running!.close();
  }
});

Deno.test("openBrowser() is false where there is nothing to open a page with", async () => {
  const path = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "/nowhere");
  try {
    assert.equal(await openBrowser("http://127.0.0.1:1/"), false);
  } finally {
    Deno.env.set("PATH", path);
  }
  assert.deepEqual(browserCommand("darwin", "u"), ["open", "u"]);
  assert.equal(browserCommand("win32", "u").at(-1), "u");
});

Deno.test("typicalScores() reads the joint model's means of a stored Table 1", async () => {
  const means = typicalScores("results");
  assert.deepEqual(Object.keys(means).sort(), ["composition", "face", "object", "replication", "style"]);
  assert.ok(means.style!["CLIP-S"]! > 0 && means.style!["CLIP-S"]! < 2.5);
  const folder = await mkdtemp(join(tmpdir(), "results-"));
  await writeFile(join(folder, "table1"), "no folder");
  assert.throws(() => typicalScores(folder), /--results expects/);
  await rm(folder, { recursive: true });
});

Deno.test("typicalScores() reads what the present judge scored, and refuses what only others did", async () => {
  const folder = await mkdtemp(join(tmpdir(), "results-"));
  const stored = JSON.parse(await readFile("results/table1/mini-quick/result.json", "utf8"));
  const judge = sha256(await readFile(checkpointPath("judge")));
  const write = async (name: string, mean: number, dataFiles: Record<string, string>) => {
    await mkdir(join(folder, "table1", name), { recursive: true });
    const cells = [{ ...stored.cells[0], row: "instruct", task: "face", metric: "CLIP-I", mean }];
    const result = { ...stored, cells, provenance: { ...stored.provenance, dataFiles } };
    await writeFile(join(folder, "table1", name, "result.json"), JSON.stringify(result));
  };
  await write("mini-full", 0.1, {});
  assert.throws(() => typicalScores(folder), /expects a Table 1 scored by .*judge\.safetensors/);
  await write("mini-quick", 0.2, { "data/checkpoints/judge.safetensors": judge });
  assert.equal(typicalScores(folder).face!["CLIP-I"], 0.2);
  await rm(folder, { recursive: true });
});

Deno.test("openMiniStudio() samples what generate samples, step by step, and scores it", async () => {
  const studio = await openMiniStudio();
  const item = (await studio.gallery()).find(({ id }) => id === "composition-1")!;
  const instruction = "Use the composition of the image";
  const settings = { prompt: item.prompt, seed: 3, steps: 6, guidance: 4, adapterScale: 0.6 };
  const vector = (await (await sharedEmbedder("cpu")).embed([instruction])).slice();
  const events: StudioEvent[] = [];
  const request = {
    ...settings,
    condition: { item },
    pictures: [0, 1, 2, 3, 0].map((noise) => ({ instruction: vector, noise })),
    plus: true,
  };
  for await (const event of studio.sample(request, new AbortController().signal)) events.push(event);
  const finished = (model: string) =>
    events.flatMap((event) => event.kind === "finished" && event.model === model ? [...event.pictures] : []);
  const made = finished("instruct");
  assert.deepEqual(made.map(({ at }) => at), [0, 1, 2, 3, 4]);
  assert.deepEqual(made[4]!.picture, made[0]!.picture, "the same noise gives the same picture");
  assert.deepEqual(finished("plus").map(({ at }) => at), [0, 1, 2, 3]);
  assert.deepEqual(finished("target").map(({ picture }) => picture), [item.target]);
  for (const { scores } of made) {
    assert.ok(scores!["CLIP-I"]! > -1 && scores!["CLIP-I"]! <= 1);
    assert.ok(scores!["CLIP-P"]! >= 0 && scores!["CLIP-P"]! <= 2.5);
    assert.ok(Math.abs(scores!["CLIP-S"]!) <= 2.5);
  }
  const steps = events.flatMap((event) => event.kind === "step" && event.model === "instruct" ? [event] : []);
  assert.deepEqual(steps.map(({ done }) => done), Array.from({ length: 12 }, (_, i) => i + 1));
  assert.ok(
    steps.some(({ pictures }) => pictures.length === 4) &&
      steps.some(({ pictures }) => pictures.length === 1),
  );
  const { pictures } = await generate({ ...settings, image: item.condition, instruction, count: 4 });
  pictures.forEach(({ pixels }, i) => assert.deepEqual(made[i]!.picture.pixels, pixels, `picture ${i}`));

  const abort = new AbortController();
  await assert.rejects(async () => {
    for await (const event of studio.sample(request, abort.signal)) {
      if (event.kind === "step") abort.abort(new Error("enough"));
    }
  }, /enough/);
});

Deno.test("openMiniStudio() samples one condition under every task's own instruction, also where it has nothing to give", async () => {
  const studio = await openMiniStudio();
  const item = (await studio.gallery()).find(({ id }) => id === "object-0")!; // a scene: no person is in it
  const texts = ["borrow its colours but nothing else", ...MAP_TASKS.map(({ fixed }) => fixed)];
  const vectors = (await (await sharedEmbedder("cpu")).embed(texts)).slice();
  const instructions = texts.map((_, i) => vectors.subarray(512 * i, 512 * (i + 1)));
  const made = async (adapterScale: number, pictures: StudioRequest["pictures"]) => {
    const shown: string[] = [];
    const request = {
      condition: { item },
      prompt: item.prompt,
      seed: 3,
      steps: 3,
      guidance: 4,
      adapterScale,
      pictures,
      plus: false,
    };
    for await (const event of studio.sample(request, new AbortController().signal)) {
      if (event.kind !== "finished" || event.model !== "instruct") continue;
      for (const { at, picture } of event.pictures) shown[at] = sha256(picture.pixels);
    }
    return shown;
  };
  const together = instructions.map((instruction) => ({ instruction, noise: 0 }));
  const own = await made(1, together);
  assert.equal(
    new Set(own).size,
    texts.length,
    "condition, prompt and noise are the same: the instruction differs",
  );
  const compared = [0, 1, 2, 3].map((noise) => ({ instruction: instructions[0]!, noise }));
  assert.equal((await made(1, compared))[0], own[0], "beside other noises it is the same picture");
  assert.equal(new Set(await made(0, together)).size, 1, "the base model's at scale 0");
});

Deno.test("explore() shows the page in a frame that a notebook on this machine may have", async () => {
  const shown = await explore({ sizes: { train: 60, heldOut: 10 }, height: 500 });
  try {
    const bundle = await shown[DISPLAY]();
    assert.ok(String(bundle["text/html"]).startsWith(`<iframe src="${shown.url}"`));
    assert.match(String(bundle["text/html"]), /height="500"/);
    const page = await fetch(shown.url);
    await page.body?.cancel();
    assert.match(page.headers.get("content-security-policy")!, /frame-ancestors http:\/\/localhost:\*/);
    assert.equal(page.headers.get("x-frame-options"), null);
  } finally {
    await shown.close();
  }
});

Deno.test("runExplore() --export takes a folder with the beginning of a killed export, and no other that holds files", async () => {
  const folder = await mkdtemp(join(tmpdir(), "export-"));
  try {
    await writeFile(join(folder, "facts.json.0123abcd-1-1.0123abcd.partial"), "");
    await refused(["--export", folder, "--checkpoint", "/nowhere.safetensors"], /no such file/);
    await writeFile(join(folder, "mine.txt"), "");
    await refused(["--export", folder], /with other files/);
  } finally {
    await rm(folder, { recursive: true });
  }
});
