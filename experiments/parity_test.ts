import assert from "node:assert/strict";
import { UserError } from "../lib/engine/mod.ts";
import { readCase } from "../lib/golden/mod.ts";
import { checkCase, checkFolder, listCases } from "./parity.ts";
import { ENGINES } from "./parity/case_runner.ts";
import { runnerOf } from "./parity/dispatch.ts";

const FOLDER = new URL("../data/golden/", import.meta.url);

for (const name of listCases(FOLDER)) {
  Deno.test(`checkCase() finds no tensor of ${name} above its bar, compiled engine`, async () => {
    const { outcome, worst, fault } = await checkCase(name, FOLDER, "compiled");
    assert.equal(outcome, "passed", `${fault ?? JSON.stringify(worst)}`);
  });
}

const OTHERS = new URL("parity/testdata/", import.meta.url);

for (const engine of ENGINES) {
  Deno.test(`checkCase() passes a folder of cases with other sizes and settings, ${engine} engine`, async () => {
    assert.deepEqual(listCases(OTHERS), ["text_other", "unet_other", "vae_other", "vision_other"]);
    for (const name of listCases(OTHERS)) {
      const { outcome, worst, fault } = await checkCase(name, OTHERS, engine);
      assert.equal(outcome, "passed", `${name}: ${fault ?? JSON.stringify(worst)}`);
    }
  });
}

Deno.test("runnerOf() distinguishes cases by their configuration, not by name, and knows what is not built", () => {
  for (const name of listCases(FOLDER)) assert.ok(runnerOf(readCase(name).config), name);
  assert.equal(runnerOf({ transformer: {} }), undefined);
});

Deno.test("checkFolder() counts what is not built, and does not succeed with it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, field] of [["known", "vocab_size"], ["renamed", "words"]] as const) {
      const text = await Deno.readTextFile(new URL("text_other.json", OTHERS));
      await Deno.writeTextFile(`${folder}/${name}.json`, text.replace('"vocab_size"', `"${field}"`));
      await Deno.copyFile(new URL("text_other.safetensors", OTHERS), `${folder}/${name}.safetensors`);
    }
    const lines: string[] = [];
    assert.equal(await checkFolder([folder, "known"], (line) => lines.push(line)), 0);
    assert.equal(lines.at(-1), "1 passed, 0 failed");
    assert.equal(await checkFolder([folder], (line) => lines.push(line)), 1);
    assert.equal(lines.at(-1), "1 passed, 0 failed, 1 not built");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("checkCase() reports a case that cannot be read as failed", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/half.json`, "{}");
    const verdict = await checkCase("half", new URL(`file://${folder}/`), "compiled");
    assert.equal(verdict.outcome, "failed");
    assert.match(String(verdict.fault), /half/);
    assert.throws(() => listCases(new URL(`file://${folder}/none/`)), UserError);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
