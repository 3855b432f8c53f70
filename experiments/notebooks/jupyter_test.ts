import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeKernelspec } from "./kernelspec.ts";

Deno.test("writeKernelspec() asks for message interrupts and no colour codes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ipadapter-kernelspec-"));
  try {
    await writeKernelspec(folder, "/path/to/deno");
    const spec = JSON.parse(readFileSync(join(folder, "kernels", "deno", "kernel.json"), "utf8"));
    assert.equal(spec.argv[0], "/path/to/deno");
    assert.equal(spec.interrupt_mode, "message");
    assert.equal(spec.env.NO_COLOR, "1");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

Deno.test("deno task jupyter answers in one sentence with exit code 2 when Python is missing or a port is no number", async () => {
  const empty = mkdtempSync(join(tmpdir(), "ipadapter-no-python-"));
  const script = new URL("jupyter.ts", import.meta.url).pathname;
  const run = async (args: string[], expected: RegExp) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, ...args],
      env: { PATH: empty, IPADAPTER_CACHE: empty, NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    assert.equal(code, 2, text);
    assert.match(text, expected);
    assert.equal(text.trim().split("\n").length, 1, text);
  };
  try {
    await run(["--port", "many"], /--port expects a whole number/);
    await run([], /needs JupyterLab, or Python 3\.9/);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
});
