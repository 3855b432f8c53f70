import assert from "node:assert/strict";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runJob } from "../../lib/notebook/mod.ts";
import { shownOutputs } from "./cell_outputs.ts";
import { connectKernel, type KernelClient } from "./kernel_client.ts";
import { type KernelProcess, startKernel } from "./kernel_process.ts";
import type { Message } from "./wire.ts";

const ENDLESS = `import { runJob } from "./lib/notebook/mod.ts";
await runJob("Counting", async ({ signal, progress }) => {
  for (let i = 0; i < 6000; i++) {
    signal.throwIfAborted();
    progress(i, 6000, "still counting");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});`;

async function withKernel(
  check: (client: KernelClient, kernel: KernelProcess) => Promise<void>,
): Promise<void> {
  const kernel = await startKernel({ folder: fileURLToPath(new URL("../../", import.meta.url)) });
  try {
    const client = await connectKernel(kernel);
    try {
      await check(client, kernel);
    } finally {
      client.close();
    }
  } finally {
    await kernel.kill();
  }
}

const html = (message: Message) =>
  String((message.content["data"] as Record<string, unknown> | undefined)?.["text/html"] ?? "");

/** Calls back once, after the job has shown its button and some progress. */
function afterProgress(act: (url: string) => void): (message: Message) => void {
  let url: string | undefined, updates = 0;
  return (message) => {
    url ??= /action="([^"]+)"/.exec(html(message))?.[1];
    if (message.header.msg_type === "update_display_data" && ++updates === 2 && url) act(url);
  };
}

Deno.test("runJob() stops a job and keeps the kernel when its button posts, or an interrupt signal comes", async () => {
  await withKernel(async (client, kernel) => {
    let status = 0;
    const press = (url: string) =>
      void fetch(url, { method: "POST" }).then(async (response) => {
        status = response.status;
        await response.body?.cancel();
      });
    const run = await client.execute(ENDLESS, { timeout: 20_000, onMessage: afterProgress(press) });
    assert.equal(run.status, "error");
    assert.match(run.refusal ?? "", /AbortError: Counting: cancelled/);
    assert.equal(status, 204);
    const [bar, button] = shownOutputs(run.outputs).map((bundle) => String(bundle["text/html"]));
    assert.match(bar ?? "", /cancelled · .* of 6,000/);
    assert.equal(button, "<span></span>");
    const updates = run.outputs.filter(({ header }) => header.msg_type === "update_display_data").length;
    assert.ok(updates < 20, `${updates} updates`);

    const stop = () => process.kill(kernel.pid, "SIGINT");
    const again = await client.execute(ENDLESS, { timeout: 20_000, onMessage: afterProgress(stop) });
    assert.match(again.refusal ?? "", /AbortError/);
    const after = await client.execute("40 + 2", { timeout: 5000 });
    assert.equal(shownOutputs(after.outputs)[0]?.["text/plain"], "42");
  });
});

Deno.test("runJob() only runs the job when there is no notebook, and heeds the caller's signal", async () => {
  const seen: number[] = [];
  const value = await runJob("Job", ({ progress }) => {
    progress(1, 2);
    return Promise.resolve("value");
  }, { onProgress: ({ done }) => seen.push(done) });
  assert.equal(value, "value");
  assert.deepEqual(seen, [1]);
  const abort = new AbortController();
  abort.abort();
  const stopped = runJob("Job", ({ signal }) => Promise.resolve(signal.throwIfAborted()), {
    signal: abort.signal,
  });
  await assert.rejects(stopped, { name: "AbortError" });
});
