/// <reference lib="dom" />
/**
 * The worker of a static explorer: the server's own routes over the server's own code, with the engine's graphs in onnxruntime's
 * WebAssembly and everything else read from the site's files. No request leaves the site.
 */
import {
  createPieceTokenizer,
  createSentenceEmbedder,
  type SentenceEmbedder,
} from "../../../lib/clip/mod.ts";
import { useBrowserRuntime } from "../../../lib/engine/browser_session.ts";
import {
  answerRequests,
  type AskedPort,
  type Routes,
} from "../../../lib/explorer/browser/answer_requests.ts";
import { browserLayers } from "../../../lib/explorer/browser/browser_layers.ts";
import { apiRoutes } from "../../../lib/explorer/server/api_routes.ts";
import { spaceFrom } from "../../../lib/explorer/server/instruction_space.ts";
import { once } from "../../adapters/once.ts";
import { FACTS_PATH, RUNTIME_PATH, type SiteFacts } from "./site_data.ts";
import { readPart, siteResponse, unpacked } from "./site_files.ts";
import { openSiteStudio } from "./site_studio.ts";

/** Most threads of one operator; the graphs are small. */
const MOST_THREADS = 4;

useBrowserRuntime({
  wasm: () => unpacked(RUNTIME_PATH),
  threads: crossOriginIsolated ? Math.min(MOST_THREADS, navigator.hardwareConcurrency) : 1,
});

const sentences = once(async (): Promise<SentenceEmbedder> => {
  const { config: { vocabulary }, params } = await readPart("sentences");
  return createSentenceEmbedder(
    { params, vocabulary, tokenizer: createPieceTokenizer(vocabulary) },
    { batch: 4, compile: { threads: 1 } },
  );
});

/** The encoder is fetched while the map is looked at. */
const embedder: SentenceEmbedder = {
  embed: async (texts) => await (await sentences()).embed(texts),
  states: async (texts) => await (await sentences()).states(texts),
  dispose: async () => await (await sentences()).dispose(),
};

async function openRoutes(): Promise<Routes> {
  const [{ config: words, file }, facts] = await Promise.all([
    readPart("space"),
    siteResponse(FACTS_PATH).then((response): Promise<SiteFacts> => response.json()),
  ]);
  return apiRoutes({
    space: spaceFrom(file, words),
    embedder,
    studio: openSiteStudio(facts, sentences),
    layers: browserLayers(() => Date.now()),
    now: () => performance.now() / 1000,
  });
}

const routes = openRoutes();
answerRequests(self as unknown as AskedPort, routes);
// Compiles what the first typed text would wait for; a failure is reported when something is asked.
routes.then(() => embedder.embed(["use the style"])).catch(() => {});
