import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chooseNotebooks, runAll } from "./cli.ts";
import { readNotebook } from "./notebook_file.ts";

const FOLDER = fileURLToPath(new URL("../../notebooks/", import.meta.url));

Deno.test("notebooks are stored without outputs, for the Deno kernel, and declare what they show", () => {
  for (const name of chooseNotebooks(FOLDER)) {
    const { cells, kernel } = readNotebook(FOLDER + name);
    assert.equal(kernel, "deno", name);
    assert.equal(cells.reduce((sum, { stored }) => sum + stored, 0), 0, `${name} holds outputs; clear them`);
    assert.ok(cells.some(({ expect }) => Object.keys(expect).length > 0), `${name} declares no output`);
    assert.ok(cells.some(({ source }) => source.includes("assert")), `${name} asserts nothing`);
    assert.ok(
      !cells.some(({ source }) => /from "(?!\.\.\/mod\.ts"|node:)/.test(source)),
      `${name} imports more`,
    );
  }
});

Deno.test("every notebook runs in the Deno kernel and shows what it declares", async () => {
  const lines: string[] = [];
  const failed = await runAll(chooseNotebooks(FOLDER), {
    folder: FOLDER,
    timeout: 300,
    print: (line) => void lines.push(line),
  });
  assert.equal(failed, 0, lines.join("\n"));
});

Deno.test("chooseNotebooks() takes beginnings of names and says which there are when one fits none", () => {
  assert.deepEqual(chooseNotebooks(FOLDER, "01"), ["01_quickstart.ipynb"]);
  assert.throws(() => chooseNotebooks(FOLDER, "99"), /one of 01_quickstart\.ipynb, .*got "99"/);
});
