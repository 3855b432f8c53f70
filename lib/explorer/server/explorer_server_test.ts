import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mock } from "node:test";
import { createSentenceEmbedder, loadSentenceEncoder } from "../../clip/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { encodePng } from "../../raster/mod.ts";
import { TASKS } from "../../tasks/mod.ts";
import type { LayerEvent, PlacedAnswer, SampleLine, SpaceAnswer, WhyAnswer } from "../api.ts";
import { decodeFloats, dimensionsOf, LAYOUT_IDS } from "../api.ts";
import type { ExplorerParts } from "./app.ts";
import { diskLayers } from "./disk_layers.ts";
import { placeText } from "./place_text.ts";
import { type RunningExplorer, serveExplorer } from "./serve.ts";
import { openSpace } from "./space.ts";
import type { Studio } from "./studio.ts";

const flat = (level: number) => ({ width: 64, height: 64, pixels: new Uint8Array(64 * 64 * 3).fill(level) });

/** Steps of a sampling that does not end while a test waits. */
const ENDLESS = 100;

/** Samples grey squares, a step every 5 ms, or every 200 ms of an endless one: what the routes do does not depend on a studio's models. */
const greyStudio: Studio = {
  about: { adapter: "grey", note: "Samples grey squares.", batch: 4 },
  gallery: () =>
    Promise.resolve([
      {
        id: "style-0",
        task: "style",
        prompt: "a cat",
        caption: "a dog",
        condition: flat(10),
        target: flat(20),
      },
    ]),
  fit: (file) =>
    file.length > 4 ? Promise.resolve(flat(file[0]!)) : Promise.reject(new UserError("no picture")),
  async *sample({ pictures, steps }, signal) {
    for (let done = 1; done <= steps; done++) {
      await new Promise((resolve) => setTimeout(resolve, steps === ENDLESS ? 200 : 5));
      signal.throwIfAborted();
      yield { kind: "step", model: "instruct", done, total: steps, pictures: [] };
    }
    yield {
      kind: "finished",
      model: "instruct",
      pictures: pictures.map(({ instruction }, at) => ({
        at,
        picture: flat(Math.round(100 + 100 * instruction[0]!)),
        scores: { "CLIP-I": 0.5 },
      })),
    };
  },
};

async function withExplorer(
  run: (explorer: RunningExplorer, parts: ExplorerParts & { readonly cacheDir: string }) => Promise<void>,
  change: Partial<ExplorerParts> = {},
): Promise<void> {
  const cacheDir = await mkdtemp(join(tmpdir(), "explorer-"));
  const embedder = createSentenceEmbedder(await loadSentenceEncoder(), { batch: 16 });
  try {
    const space = await openSpace({
      train: 40,
      heldOut: 8,
      cacheDir,
      embedder: () => Promise.resolve(embedder),
    });
    const files = new Map([["/", {
      type: "text/html; charset=utf-8",
      content: new TextEncoder().encode("<!doctype html>"),
      tag: '"1"',
    }]]);
    const parts: ExplorerParts = {
      space,
      embedder,
      studio: greyStudio,
      files,
      layers: diskLayers(cacheDir),
      framed: false,
      now: () => 0,
      ...change,
    };
    const explorer = serveExplorer(parts, { port: 0 });
    try {
      await run(explorer, { ...parts, cacheDir });
    } finally {
      await explorer.close();
    }
  } finally {
    await embedder.dispose();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

const send = (url: string, body: unknown, options: RequestInit = {}) =>
  fetch(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body), ...options });

/** A request under any Host header, which fetch does not let one set. */
function statusUnder(url: string, headers: Record<string, string>, path = "/"): Promise<number> {
  return new Promise((resolve, reject) => {
    request(new URL(path, url), { headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    }).on("error", reject).end();
  });
}

async function linesOf<T>(response: Response): Promise<T[]> {
  return (await response.text()).trim().split("\n").map((line) => JSON.parse(line));
}

const sampling = {
  client: "page 1",
  condition: { gallery: "style-0" },
  pictures: [{ texts: ["use the style"], noise: 0 }],
  prompt: "a cat",
  seed: 1,
  adapterScale: 0.8,
  steps: 3,
  guidance: 5,
  plus: false,
};

Deno.test("the explorer's server", async (t) => {
  await withExplorer(async ({ url }, { space, embedder, layers, cacheDir }) => {
    const api = (path: string) => `${url}api/${path}`;
    const refused = async (answer: Promise<Response>, status: number, why: RegExp) => {
      const response = await answer;
      const { error } = await response.json();
      assert.equal(response.status, status, error);
      assert.match(error, why);
      assert.doesNotMatch(error, /\n/);
    };

    await t.step("keeps the space: opened again it is the same, and nothing is embedded", async () => {
      const again = await openSpace({
        train: 40,
        heldOut: 8,
        cacheDir,
        embedder: () => Promise.reject(new Error("asked for")),
      });
      assert.deepEqual(again.layouts.tsne2, space.layouts.tsne2);
      assert.deepEqual(again.quality, space.quality);
    });

    await t.step("gives the map: points, layouts of their size, scores in range", async () => {
      const answer: SpaceAnswer = await (await fetch(api("space"))).json();
      assert.equal(answer.points.length, 5 * 48 + 5);
      assert.equal(answer.trained, 200);
      assert.equal(answer.points.filter(({ split }) => split === "fixed").length, 5);
      for (const id of LAYOUT_IDS) {
        const { coordinates, quality } = answer.layouts[id];
        const places = decodeFloats(coordinates);
        assert.equal(places.length, answer.points.length * dimensionsOf(id));
        assert.ok(places.every(Number.isFinite), id);
        assert.ok(
          quality.trustworthiness > 0.6 && quality.trustworthiness <= 1,
          `${id} ${quality.trustworthiness}`,
        );
        // Principal components keep the least; by chance a fifth of the neighbours share one of five tasks.
        assert.ok(
          quality.preservation > 0.1 && quality.purity > (id === "pca2" || id === "pca3" ? 0.25 : 0.4),
          `${id} ${quality.preservation} ${quality.purity}`,
        );
      }
      assert.equal(answer.studio?.adapter, "grey");
    });

    await t.step("places a training instruction where it lies, with itself as its nearest", async () => {
      const index = 57, { text, task } = space.points[index]!;
      const answer: PlacedAnswer = await (await send(api("place"), { text })).json();
      assert.equal(answer.neighbours[0]!.index, index);
      assert.ok(answer.neighbours[0]!.cosine > 0.9999);
      assert.ok(answer.neighbours.every(({ cosine }, i, all) => i === 0 || cosine <= all[i - 1]!.cosine));
      assert.equal(answer.neighbours.length, 10);
      assert.ok(answer.shares.reduce((sum, { share }) => sum + share, 0) > 0.999);
      assert.equal(answer.familiarity, "trained");
      assert.ok(answer.shares.some((each) => each.task === task && each.share > 0));
      for (const id of ["pca2", "pca3"] as const) {
        const own = space.layouts[id].subarray(index * dimensionsOf(id), (index + 1) * dimensionsOf(id));
        answer.coordinates[id].forEach((value, d) => assert.ok(Math.abs(value - own[d]!) < 1e-4, id));
      }
    });

    await t.step("places a held-out instruction by the rule that placed it on the map", async () => {
      const index = space.trained + 21;
      const answer: PlacedAnswer = await (await send(api("place"), { text: space.points[index]!.text }))
        .json();
      for (const id of LAYOUT_IDS) {
        const dimensions = dimensionsOf(id);
        const span = Math.max(...space.layouts[id].map(Math.abs));
        answer.coordinates[id].forEach((value, d) => {
          const own = space.layouts[id][index * dimensions + d]!;
          assert.ok(Math.abs(value - own) < 0.01 * span, `${id}: ${value}, on the map ${own}`);
        });
      }
    });

    await t.step("says what is far from anything trained, and what is not", async () => {
      const far: PlacedAnswer = await (await send(api("place"), { text: "make me a sandwich" })).json();
      assert.equal(far.familiarity, "far");
      assert.ok(far.nearerHeldOut > 0.99);
    });

    await t.step("says which words decide: without the naming word the lead falls most", async () => {
      const answer: WhyAnswer = await (await send(api("why"), { text: "use the face of the image" })).json();
      assert.equal(answer.task, "face");
      const best = [...answer.words].sort((a, b) => b.effect - a.effect)[0]!;
      assert.equal(best.word, "face");
      assert.ok(best.effect > 0);
    });

    await t.step(
      "searches by meaning, and finds the neighbours of a known instruction without itself",
      async () => {
        const found = await (await send(api("search"), { text: "the same person", count: 7 })).json();
        assert.equal(found.length, 7);
        assert.equal(space.points[found[0].index]!.task, "face");
        const near = await (await fetch(api("neighbours/3"))).json();
        assert.equal(near.length, 10);
        assert.ok(near.every(({ index }: { index: number }) => index !== 3));
      },
    );

    await t.step("makes a layer, reports its progress, and keeps it for links", async () => {
      const texts = [space.points[0]!.text, "<b>keep the face</b>", "use the style"];
      const events = await linesOf<LayerEvent>(await send(api("layers?name=mine.txt"), texts.join("\n")));
      assert.equal(events[0]!.kind, "progress");
      const made = events.at(-1)!;
      assert.ok(made.kind === "layer");
      assert.deepEqual(made.layer.texts, texts);
      assert.equal(made.layer.nearest[0], 0);
      assert.ok(decodeFloats(made.layer.cosines)[0]! > 0.999);
      for (const id of LAYOUT_IDS) {
        assert.equal(decodeFloats(made.layer.coordinates[id]).length, 3 * dimensionsOf(id));
      }
      assert.deepEqual(await (await fetch(api(`layers/${made.layer.id}`))).json(), made.layer);
    });

    await t.step(
      "places what is typed before the rest of a layer, and stops a layer that nobody waits for",
      async () => {
        const texts = Array.from({ length: 20_000 }, (_, i) => `use the style of picture ${i}`);
        const response = await send(api("layers?name=long.txt"), texts.join("\n"));
        const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
        const progress = async () => {
          const event: LayerEvent = JSON.parse((await reader.read()).value!);
          assert.ok(event.kind === "progress");
          return event.done;
        };
        assert.equal(await progress(), 0);
        const placed = send(api("place"), { text: "use the style" });
        let done = 0;
        const before = placed.then(() => done);
        for (let part = 0; part < 4; part++) done = await progress();
        assert.ok(await before < done, `the typed text was placed after ${await before} lines`);
        const embed = mock.method(embedder, "embed");
        await reader.cancel();
        for (let begun = -1; embed.mock.callCount() > begun;) { // until 2 s, several parts' time, have begun none
          begun = embed.mock.callCount();
          assert.ok(begun < 20, `${begun} parts were begun after the reader had gone`);
          await new Promise((resolve) => setTimeout(resolve, 2000));
        }
        embed.mock.restore();
      },
    );

    await t.step(
      "renders the figure with a cross for each fixed prompt and the typed words as text",
      async () => {
        const typed = [{ name: "<script>", text: "use the style" }];
        const answer = await send(api("figure"), { layout: "tsne2", format: "svg", typed });
        const svg = await answer.text();
        assert.equal(answer.headers.get("content-type"), "image/svg+xml");
        assert.ok(svg.includes("&lt;script&gt;") && !svg.includes("<script>"));
        for (const task of TASKS) assert.ok(svg.includes(task));
        const png = await send(api("figure"), { layout: "pca2", format: "png", typed: [] });
        assert.equal(new DataView(await png.arrayBuffer()).getUint32(0), 0x89504e47);
      },
    );

    await t.step("refuses bad input in one sentence", async () => {
      await refused(send(api("place"), "{"), 400, /expected JSON/);
      await refused(send(api("place"), "[]"), 400, /body must be an object/);
      await refused(send(api("place"), { text: 3 }), 400, /text must be a text/);
      await refused(send(api("place"), { text: "  " }), 400, /expected some words/);
      await refused(send(api("place"), { text: "x".repeat(501) }), 400, /at most 500 characters, got 501/);
      await refused(send(api("place"), { text: "ab ".repeat(166) }), 400, /128/);
      await refused(send(api("place"), { text: "x".repeat(9000) }), 413, /at most 8192 bytes/);
      await refused(send(api("search"), { text: "a", count: 0 }), 400, /count must be a whole number/);
      await refused(fetch(api("neighbours/99999")), 400, /index must be/);
      await refused(fetch(api("neighbours/x")), 400, /index must be/);
      await refused(send(api("layers?name=a.jsonl"), "{"), 400, /expected JSON in line 1/);
      await refused(fetch(api("layers/0123456789abcdef")), 404, /no longer kept/);
      await refused(fetch(api("layers/..%2f..%2fetc")), 404, /no longer kept/);
      await refused(send(api("figure"), { layout: "tsne3", format: "svg", typed: [] }), 400, /2-D layout/);
      await refused(send(api("picture"), "abc"), 400, /no picture/);
      await refused(fetch(`${url}../../deno.json`), 404, /no such page/);
      await refused(fetch(`${url}gallery/nothing-target.png`), 404, /no such page/);
      const sample = (change: Record<string, unknown>) => send(api("sample"), { ...sampling, ...change });
      await refused(sample({ steps: 0 }), 400, /steps must be a whole number from 1 to 100, got 0/);
      await refused(sample({ seed: 1.5 }), 400, /seed/);
      await refused(sample({ adapterScale: "1" }), 400, /adapterScale/);
      await refused(sample({ pictures: [] }), 400, /pictures must be a list of 1 to 32/);
      await refused(sample({ pictures: [{ texts: ["a", "b"], noise: 0 }] }), 400, /mix must be/);
      await refused(sample({ condition: { gallery: "style-99" } }), 400, /picture of the gallery/);
      await refused(sample({ condition: { picture: "%%%" } }), 400, /base64/);
    });

    await t.step("samples step by step, then says how long it took", async () => {
      const lines = await linesOf<SampleLine>(await send(api("sample"), sampling));
      assert.deepEqual(lines.map(({ kind }) => kind), [
        "waiting",
        "step",
        "step",
        "step",
        "finished",
        "done",
      ]);
      const finished = lines[4]!;
      assert.ok(finished.kind === "finished");
      assert.deepEqual(finished.pictures[0]!.scores, { "CLIP-I": 0.5 });
    });

    await t.step("walks along the line between two embeddings", async () => {
      const texts = ["use the style", "keep the face"];
      const pictures = [0, 0.5, 1].map((mix) => ({ texts, mix, noise: 0 }));
      const single = texts.map((text) => ({ texts: [text], noise: 0 }));
      const pngs = async (asked: unknown) => {
        const lines = await linesOf<SampleLine>(await send(api("sample"), { ...sampling, pictures: asked }));
        const finished = lines.find(({ kind }) => kind === "finished")!;
        assert.ok(finished.kind === "finished");
        return finished.pictures.map(({ png }) => png);
      };
      const [ends, walk] = [await pngs(single), await pngs(pictures)];
      assert.deepEqual([walk[0], walk[2]], ends);
    });

    await t.step("ends a page's sampling when it starts another, cancels it, or goes away", async () => {
      const long = { ...sampling, steps: ENDLESS };
      /** Waits until so many samplings are under way. */
      const open = async (count: number) => {
        for (let tries = 0; (await (await fetch(api("samplings"))).json()).open !== count; tries++) {
          assert.ok(tries < 500, `waited in vain for ${count} samplings`);
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
      };
      const first = send(api("sample"), long).then((answer) => linesOf<SampleLine>(answer));
      await open(1);
      const second = await linesOf<SampleLine>(await send(api("sample"), sampling));
      assert.equal((await first).at(-1)!.kind, "cancelled");
      assert.equal(second.at(-1)!.kind, "done");

      await open(0);
      const third = send(api("sample"), long).then((answer) => linesOf<SampleLine>(answer));
      await open(1);
      assert.deepEqual(await (await send(api("cancel"), { client: "page 1" })).json(), { cancelled: true });
      assert.equal((await third).at(-1)!.kind, "cancelled");
      assert.deepEqual(await (await send(api("cancel"), { client: "page 1" })).json(), { cancelled: false });

      const leaving = new AbortController();
      const fourth = await send(api("sample"), long, { signal: leaving.signal });
      await fourth.body!.getReader().read();
      leaving.abort();
      await open(0);
    });

    await t.step("serves its own page, and the gallery's pictures", async () => {
      const page = await fetch(url);
      assert.equal(await page.text(), "<!doctype html>");
      const again = await fetch(url, { headers: { "if-none-match": page.headers.get("etag")! } });
      assert.equal(again.status, 304);
      await again.body?.cancel();
      const picture = await fetch(`${url}gallery/style-0-target.png`);
      assert.deepEqual(new Uint8Array(await picture.arrayBuffer()), encodePng(flat(20)));
    });

    await t.step(
      "answers under loopback names and to its own page only, and lets the page load nothing else",
      async () => {
        const { host, port } = new URL(url);
        assert.equal(await statusUnder(url, { host }), 200);
        assert.equal(await statusUnder(url, { host: `localhost:${port}` }), 200);
        assert.equal(await statusUnder(url, { host: `evil.example:${port}` }), 421);
        assert.equal(await statusUnder(url, { host: `localhost.evil.example:${port}` }), 421);
        assert.equal(await statusUnder(url, { host, origin: "http://evil.example" }, "/api/space"), 403);
        assert.equal(await statusUnder(url, { host, "sec-fetch-site": "cross-site" }, "/api/space"), 403);
        const answer = await fetch(url);
        await answer.body?.cancel();
        const policy = answer.headers.get("content-security-policy")!;
        assert.match(policy, /default-src 'none'/);
        assert.match(policy, /script-src 'self';/);
        assert.match(policy, /frame-ancestors 'none'/);
        assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
      },
    );

    await t.step("says in one sentence that a port is in use", () => {
      const parts = { space, embedder, layers, files: new Map(), framed: false, now: () => 0 };
      assert.throws(
        () => serveExplorer(parts, { port: Number(new URL(url).port) }),
        (error) => error instanceof UserError && /port \d+ is in use; --port/.test(error.message),
      );
    });

    await t.step("places a text in the time of a key press", async () => {
      await placeText(space, embedder, "use its colours");
      const began = performance.now();
      await placeText(space, embedder, "take only the mood of it");
      assert.ok(performance.now() - began < 3000); // 150 ms on an idle machine; this only finds what hangs
    });
  });
});
