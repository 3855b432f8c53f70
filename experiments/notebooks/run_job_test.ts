import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runJob } from "../../lib/notebook/mod.ts";
import { shownOutputs } from "./cell_outputs.ts";
import { findChromium, openChromium } from "../explore/browser_test/chromium.ts";
import { connectKernel, type KernelClient } from "./kernel_client.ts";
import { type KernelProcess, startKernel } from "./kernel_process.ts";
import type { Message } from "./wire.ts";

const ENDLESS = `import { runJob } from "./lib/notebook/mod.ts";
await runJob("Counting", async ({ signal, progress }) => {
  for (let i = 0; i < 60_000; i++) {
    signal.throwIfAborted();
    progress(i, 60_000, "still counting");
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
    const run = await client.execute(ENDLESS, { timeout: 120_000, onMessage: afterProgress(press) });
    assert.equal(run.status, "error");
    assert.match(run.refusal ?? "", /AbortError: Counting: cancelled/);
    const error = run.outputs.find(({ header }) => header.msg_type === "error");
    assert.doesNotMatch(JSON.stringify(error?.content["traceback"]), /cancel_button\.ts/);
    assert.equal(status, 204);
    const [bar, button] = shownOutputs(run.outputs).map((bundle) => String(bundle["text/html"]));
    assert.match(bar ?? "", /cancelled · .* of 60,000/);
    assert.equal(button, "<span></span>");
    const updates = run.outputs.filter(({ header }) => header.msg_type === "update_display_data").length;
    assert.ok(updates < 20, `${updates} updates`);

    const stop = () => process.kill(kernel.pid, "SIGINT");
    const again = await client.execute(ENDLESS, { timeout: 120_000, onMessage: afterProgress(stop) });
    assert.match(again.refusal ?? "", /AbortError/);
    const after = await client.execute("40 + 2", { timeout: 5000 });
    assert.equal(shownOutputs(after.outputs)[0]?.["text/plain"], "42");
  });
});

const chromium = findChromium();

Deno.test({
  name: chromium === undefined
    ? "the cancel button: SKIPPED, no Chromium found (install Debian's chromium, or set CHROMIUM to its path)"
    : "the cancel button ends the job when it is pressed in a browser, with scripts and without",
  ignore: chromium === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const browser = await openChromium(chromium!);
    try {
      await withKernel(async (client) => {
        for (const javaScriptEnabled of [true, false]) {
          const context = await browser.newContext({ javaScriptEnabled });
          const page = await context.newPage();
          const press = async (shown: string) => {
            await page.setContent(shown);
            await page.getByRole("button", { name: "Cancel" }).click();
          };
          let pressed: Promise<void> | undefined;
          const onMessage = (message: Message) => {
            if (html(message).includes("<form")) pressed ??= press(html(message));
          };
          const run = await client.execute(ENDLESS, { timeout: 120_000, onMessage });
          await pressed;
          assert.match(run.refusal ?? run.status, /AbortError: Counting: cancelled/);
          await context.close();
        }
      });
    } finally {
      await browser.close();
    }
  },
});

Deno.test("liveFigure() updates a still picture, and ends with Plotly's JSON in the same place", async () => {
  const GROWING = `import { figure, liveFigure } from "./mod.ts";
const live = liveFigure({ every: 0 });
const grown = (n) => figure({
  id: "growing", caption: n + " points", layout: {},
  data: [{ type: "scatter", mode: "lines", x: [...Array(n).keys()], y: [...Array(n).keys()] }],
});
for (const n of [1, 2, 3]) live.render(grown(n));
await live.finish(grown(4));`;
  await withKernel(async (client) => {
    const run = await client.execute(GROWING, { timeout: 60_000 });
    assert.equal(run.refusal, undefined);
    const figures = run.outputs.filter(({ content }) => content["data"] !== undefined);
    const PLOTLY = "application/vnd.plotly.v1+json";
    const live = figures.map(({ content }) => PLOTLY in (content["data"] as object));
    assert.deepEqual(live, [false, false, false, true]);
    const [shown, ...more] = shownOutputs(run.outputs);
    assert.equal(more.length, 0);
    assert.match(String(shown?.["text/plain"]), /4 points/);
  });
});

Deno.test("runJob() and liveFigure() leave the kernel time to send what they showed before the cell ends", async () => {
  const JOB = `import { figure, liveFigure, runJob } from "./mod.ts";
await runJob("Working", ({ progress }) => Promise.resolve(progress(1, 1)));`;
  const FIGURE = `await liveFigure().finish(figure({ id: "f", caption: "", layout: {}, data: [] }));`;
  await withKernel(async (client) => {
    for (const code of [JOB, FIGURE]) {
      let [shown, idle] = [NaN, NaN];
      const onMessage = ({ content }: Message) => {
        if (content["data"] !== undefined) shown = performance.now();
        if (content["execution_state"] === "idle") idle = performance.now();
      };
      const run = await client.execute(code, { timeout: 120_000, onMessage });
      assert.equal(run.refusal, undefined);
      assert.ok(idle - shown > 100, `the cell ended ${idle - shown} ms after its last output`);
    }
  });
});

Deno.test("runJob() without a button shows the bar alone", async () => {
  await withKernel(async (client) => {
    const run = await client.execute(
      `import { runJob } from "./lib/notebook/mod.ts";
await runJob("Laying out", ({ progress }) => Promise.resolve(progress(1, 1)), { button: false });`,
      { timeout: 120_000 },
    );
    assert.equal(run.refusal, undefined);
    const [bar, ...more] = shownOutputs(run.outputs);
    assert.match(String(bar?.["text/plain"]), /^Laying out: done · 1 of 1/);
    assert.equal(more.length, 0);
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
