import assert from "node:assert/strict";
import { workerAnswers } from "../page/answers.ts";
import { answerRequests, type AskedPort, type Routes } from "./answer_requests.ts";

/** A page's and a worker's end, with routes that are ready when the test says so. */
function ends(): {
  answers: ReturnType<typeof workerAnswers>;
  ready: (routes: Routes) => void;
  close(): void;
} {
  const { port1, port2 } = new MessageChannel();
  let ready = (_routes: Routes) => {};
  const routes = new Promise<Routes>((resolve) => ready = resolve);
  answerRequests(port2 as unknown as AskedPort, routes);
  const close = () => {
    port1.close();
    port2.close();
  };
  return { answers: workerAnswers(port1 as unknown as Worker), ready, close };
}

Deno.test("workerAnswers() gives what the routes answer: status, type, body, in any order", async () => {
  const { answers, ready, close } = ends();
  try {
    const early = answers("/slow");
    ready({
      async fetch(request) {
        const { pathname, searchParams } = new URL(request.url);
        if (pathname === "/slow") await new Promise((resolve) => setTimeout(resolve, 20));
        const body = request.method === "POST" ? await request.text() : "";
        return Response.json({ pathname, name: searchParams.get("name"), body }, {
          status: body ? 201 : 200,
        });
      },
    });
    const posted = await answers("/here?name=a%20b", { method: "POST", body: new Blob(["words"]) });
    assert.equal(posted.status, 201);
    assert.match(posted.headers.get("content-type")!, /json/);
    assert.deepEqual(await posted.json(), { pathname: "/here", name: "a b", body: "words" });
    assert.equal((await (await early).json()).pathname, "/slow");
  } finally {
    close();
  }
});

Deno.test("workerAnswers() passes parts on as they come, and an abort ends the work behind them", async () => {
  const { answers, ready, close } = ends();
  try {
    let sent = 0, ended = false;
    ready({
      fetch: () =>
        new Response(
          new ReadableStream<Uint8Array>({
            async pull(controller) {
              await new Promise((resolve) => setTimeout(resolve, 5));
              controller.enqueue(new TextEncoder().encode(`${sent++}\n`));
            },
            cancel: () => void (ended = true),
          }, { highWaterMark: 0 }),
        ),
    });
    const abort = new AbortController();
    const reader = (await answers("/endless", { signal: abort.signal })).body!.getReader();
    assert.equal(new TextDecoder().decode((await reader.read()).value), "0\n");
    assert.equal(new TextDecoder().decode((await reader.read()).value), "1\n");
    abort.abort();
    await assert.rejects(reader.read(), { name: "AbortError" });
    for (let tries = 0; !ended; tries++) {
      assert.ok(tries < 100, "the work goes on");
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const after = sent;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(sent, after);
  } finally {
    close();
  }
});

Deno.test("workerAnswers() rejects with the reason when the routes cannot be opened", async () => {
  const { port1, port2 } = new MessageChannel();
  const broken = Promise.reject(new Error("Loading data/space failed"));
  broken.catch(() => {});
  answerRequests(port2 as unknown as AskedPort, broken);
  await assert.rejects(workerAnswers(port1 as unknown as Worker)("/api/space"), /Loading data\/space failed/);
  port1.close();
  port2.close();
});
