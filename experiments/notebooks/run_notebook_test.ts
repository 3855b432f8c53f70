import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import { runAll } from "./cli.ts";
import { readNotebook } from "./notebook_file.ts";
import { runNotebook } from "./run_notebook.ts";
import { decodeMessage, encodeMessage, message } from "./wire.ts";

type Cell = readonly [source: string, expect?: Record<string, number>];

/** A notebook in a folder of its own, removed afterwards. */
async function withNotebook(cells: readonly Cell[], check: (path: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "ipadapter-notebook-"));
  const path = join(folder, "01_test.ipynb");
  const content = {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: "deno", display_name: "Deno", language: "typescript" } },
    cells: cells.map(([source, expect], i) => ({
      cell_type: "code",
      id: `c${i}`,
      execution_count: null,
      metadata: expect === undefined ? {} : { expect },
      outputs: [],
      source,
    })),
  };
  writeFileSync(path, JSON.stringify(content));
  try {
    await check(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

Deno.test("decodeMessage() returns what was encoded and refuses another key", () => {
  const sent = message("execute_request", { code: "1" }, "session");
  const frames = [new Uint8Array([7]), ...encodeMessage(sent, "key")];
  assert.deepEqual(decodeMessage(frames, "key"), sent);
  assert.throws(() => decodeMessage(frames, "other"), /signature/);
  assert.throws(() => decodeMessage(frames.slice(0, 3), "key"), TypeError);
});

Deno.test("readNotebook() skips a byte order mark", () =>
  withNotebook([["1"]], (path) => {
    const plain = readNotebook(path);
    writeFileSync(path, `\ufeff${readFileSync(path, "utf8")}`);
    assert.deepEqual(readNotebook(path), plain);
    return Promise.resolve();
  }));

Deno.test("runNotebook() passes a good notebook and keeps every output when many come after idle", async () => {
  const shows = `({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": "<b>x</b>" }) })`;
  const many =
    `for (let i = 0; i < 300; i++) await Deno.jupyter.display({ "text/plain": String(i) }, { raw: true })`;
  const cells: Cell[] = [
    ["const x: number = await Promise.resolve(2)"],
    [shows, { "text/html": 1 }],
    [many, { "text/plain": 300 }],
    ["console.assert(x === 2); x", { "text/plain": 1 }],
  ];
  await withNotebook(cells, async (path) => {
    const { faults, outputs, kernelId } = await runNotebook(path, { timeout: 60 });
    assert.deepEqual(faults, []);
    assert.deepEqual(outputs.map((each) => each.length), [0, 1, 300, 1]);
    assert.equal(lives(kernelId), false);
  });
});

Deno.test("runAll() reports the cell when one throws, and one whose outputs are missing, empty or undeclared", async () => {
  const lines: string[] = [];
  const run = (path: string) =>
    runAll(["01_test.ipynb"], {
      folder: join(path, ".."),
      timeout: 60,
      print: (line) => void lines.push(line),
    });
  await withNotebook([["1 + 1"], ["throw new RangeError('expected 3, got 4')"], ["2"]], async (path) => {
    assert.equal(await run(path), 1);
  });
  assert.match(
    lines.join("\n"),
    /FAILED 01_test.ipynb .*\n +cell 2: RangeError: expected 3, got 4\n0 passed, 1 failed/,
  );
  lines.length = 0;
  const empty = `({ [Symbol.for("Jupyter.display")]: () => ({ "text/html": " ", "text/plain": "x" }) })`;
  await withNotebook([[empty, { "text/html": 1, "image/png": 1 }]], async (path) => {
    assert.equal(await run(path), 1);
  });
  assert.match(lines.join("\n"), /text\/html is empty\n +cell 1: expected 1 × image\/png, got 0/);
  lines.length = 0;
  await withNotebook([[empty]], async (path) => assert.equal(await run(path), 1));
  assert.match(lines.join("\n"), /cell 1: shows text\/html, which it does not declare\n0 passed/);
});

Deno.test("runNotebook() ends the kernel and what it started when a cell hangs", async () => {
  const start =
    `const child = new Deno.Command(Deno.execPath(), { args: ["eval", "setTimeout(() => {}, 1e6)"] }).spawn(); child.pid`;
  await withNotebook([[start], ["await new Promise(() => setTimeout(() => {}, 1e6))"]], async (path) => {
    const { faults, seconds, kernelId, outputs } = await runNotebook(path, { timeout: 12 });
    assert.deepEqual(faults, ["cell 2: not done within 12 s"]);
    assert.ok(seconds < 20);
    assert.equal(lives(kernelId), false);
    assert.equal(lives(Number(outputs[0]?.[0]?.["text/plain"])), false);
  });
});

Deno.test("runNotebook() fails when a process outlives its notebook", async () => {
  const start =
    `new Deno.Command(Deno.execPath(), { args: ["eval", "setTimeout(() => {}, 1e6)"] }).spawn(); 0`;
  await withNotebook([[start]], async (path) => {
    const { faults } = await runNotebook(path, { timeout: 60 });
    assert.deepEqual(faults, ["a process started by the notebook outlived its kernel"]);
  });
});

Deno.test("readNotebook() names the cell when a declaration is no count by MIME type", async () => {
  await withNotebook([["1", { "html": 0 }]], (path) => {
    assert.throws(
      () => readNotebook(path),
      (error) => error instanceof UserError && /code cell 1/.test(error.message),
    );
    return Promise.resolve();
  });
});
