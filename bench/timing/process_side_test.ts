import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { host, UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { processSide } from "./process_side.ts";
import { pythonEnvironment } from "./python_environment.ts";

/** A peer that is a few lines of script in this runtime. */
const start = (script: string, arraysPath = "") =>
  processSide({
    name: "toy",
    command: Deno.execPath(),
    args: ["eval", script],
    shapes: { a: [1] },
    arraysPath,
  });

const GREETING = `console.log(JSON.stringify({ versions: { toy: "1" }, threads: 2, startSeconds: 3 }));`;

Deno.test("processSide() asks line by line, checks in another process than it times, and reads the arrays from the file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "process-side-"));
  try {
    const path = join(folder, "arrays.safetensors");
    writeFileSync(path, writeSafetensors({ a: host(Float32Array.of(5), [1]) }));
    const peer = await start(
      `${GREETING}
      const { createInterface } = await import("node:readline");
      for await (const line of createInterface({ input: process.stdin })) {
        const { do: what, steps } = JSON.parse(line);
        const answer = what === "check"
          ? { losses: Array(steps).fill(1), norm: process.pid }
          : { milliseconds: Array(steps).fill(process.pid) };
        console.log(JSON.stringify(answer));
      }`,
      path,
    );
    assert.deepEqual([peer.threads, peer.startSeconds, peer.versions], [2, 3, { toy: "1" }]);
    const { losses, norm, arrays } = await peer.check(2);
    assert.deepEqual([losses, [...arrays["a"]?.data ?? []]], [[1, 1], [5]]);
    const timed = await peer.time(3);
    assert.equal(timed.length, 3);
    assert.notEqual(timed[0], norm, "what is timed is a process that has not checked");
    await peer.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("processSide() asks the system for a process's memory: what it says itself may be its parent's", async () => {
  if (Deno.build.os !== "linux") return;
  const peer = await start(`${GREETING}
    const { createInterface } = await import("node:readline");
    for await (const _ of createInterface({ input: process.stdin })) console.log('{"cpuSeconds":1,"peakMemoryMiB":1e6}');`);
  const { cpuSeconds, peakMemoryMiB } = await peer.usage();
  assert.equal(cpuSeconds, 1);
  assert.ok(peakMemoryMiB > 10 && peakMemoryMiB < 1000, `${peakMemoryMiB} MiB`);
  await peer.close();
});

Deno.test("processSide() throws the process's last words when it ends instead of answering", async () => {
  await assert.rejects(
    start(`console.error("no memory left"); Deno.exit(3)`),
    /toy failed.*no memory left/,
  );
  const mute = await start(GREETING);
  await assert.rejects(mute.time(1), /got its end/);
  await mute.close();
});

Deno.test("pythonEnvironment() throws a UserError when there is no Python", async () => {
  const folder = mkdtempSync(join(tmpdir(), "python-environment-"));
  try {
    const requirements = join(folder, "requirements.txt");
    writeFileSync(requirements, "torch\n");
    await assert.rejects(
      pythonEnvironment({
        folder: join(folder, "environment"),
        requirements,
        notice: () => {},
        python: "no-such-python",
      }),
      (error) => error instanceof UserError && /needs Python 3.10 or newer/.test(error.message),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
