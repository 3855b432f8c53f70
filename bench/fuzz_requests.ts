/** The explorer's requests as fuzz targets: its routes over a small map, asked without a network. */
import { createSentenceEmbedder, loadSentenceEncoder } from "../lib/clip/mod.ts";
import { UserError } from "../lib/engine/mod.ts";
import { explorerApp } from "../lib/explorer/server/app.ts";
import { diskLayers, openSpace, type Studio } from "../lib/explorer/mod.ts";
import { encodePng } from "../lib/raster/mod.ts";
import { fitSource } from "../experiments/pictures/fit_source.ts";
import type { FuzzTarget } from "./fuzz_targets.ts";

const side = 64;
const grey = { width: side, height: side, pixels: new Uint8Array(3 * side * side).fill(99) };
/** Reads pictures as the explorer does, and samples none: requests are under test, not models. */
const STUDIO: Studio = {
  about: { adapter: "none", note: "Samples nothing.", batch: 4 },
  gallery: () => Promise.resolve([]),
  fit: async (file) => (await fitSource(file, { name: "the picture", fit: "crop", frame: grey })).picture,
  async *sample() {
    yield { kind: "finished", model: "instruct", pictures: [] };
  },
};
const SAMPLING = {
  client: "a",
  condition: { picture: encodePng(grey).toBase64() },
  pictures: [{ texts: ["use the style", "keep the face"], mix: 0.5, noise: 0 }],
  prompt: "a cat",
  seed: 1,
  adapterScale: 0.8,
  steps: 2,
  guidance: 5,
  plus: false,
};
const ROUTES: readonly (readonly [path: string, bodies: readonly unknown[]])[] = [
  ["place", [{ text: "use the style" }]],
  ["why", [{ text: "use the style" }]],
  ["search", [{ text: "use the style", count: 3 }]],
  ["layers?name=a.csv", ["id;text\n1;use the style\n"]],
  ["layers?name=a.jsonl", ['{"text":"use the style"}\n']],
  ["figure", [{ layout: "pca2", format: "svg", typed: [{ name: "a", text: "use the style" }] }]],
  ["picture", [grey]],
  ["sample", [SAMPLING]],
  ["cancel", [{ client: "a" }]],
];

/** Throws what an answer says as the reader of a file would. */
async function judged(answer: Response): Promise<void> {
  const body = await answer.text();
  if (answer.status === 200) {
    // Answers line by line say at the end what went wrong on the way.
    const last = body.trimEnd().split("\n").at(-1) ?? "";
    if (last.startsWith('{"kind":"error"')) throw new UserError(JSON.parse(last).error);
    return;
  }
  const { error } = JSON.parse(body) as { error?: unknown };
  if (answer.status >= 500 || typeof error !== "string") {
    throw new Error(`status ${answer.status}: ${body.slice(0, 300)}`);
  }
  throw new UserError(error);
}

/** The targets, over a map that is laid out below a folder. */
export async function openRequestTargets(
  cacheDir: string,
): Promise<{ readonly targets: readonly FuzzTarget[]; close(): Promise<void> }> {
  const embedder = createSentenceEmbedder(await loadSentenceEncoder(), { batch: 2 });
  const space = await openSpace({
    train: 20,
    heldOut: 4,
    cacheDir,
    embedder: () => Promise.resolve(embedder),
  });
  const app = explorerApp({
    ...{ space, embedder, studio: STUDIO, layers: diskLayers(cacheDir), files: new Map(), framed: false },
    now: () => 0,
  });
  const send = (path: string, init: RequestInit) =>
    app.fetch(new Request(`http://localhost/api/${path}`, { headers: { host: "localhost" }, ...init }));
  const bytes = (body: unknown) =>
    body === grey
      ? encodePng(grey)
      : new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  const posts = ROUTES.map(([path, bodies]): FuzzTarget => ({
    name: `POST ${path}`,
    seeds: bodies.map(bytes),
    read: async (body) => judged(await send(path, { method: "POST", body: Uint8Array.from(body) })),
  }));
  const gets: FuzzTarget = {
    name: "GET",
    seeds: ["neighbours/3", "layers/0123456789abcdef", "space", "samplings"].map(bytes),
    read: async (path) => judged(await send(encodeURI(new TextDecoder().decode(path).toWellFormed()), {})),
  };
  return { targets: [...posts, gets], close: () => embedder.dispose() };
}
