/** The explorer with the mini models: for the command line, and in a notebook's cell. */
import { performance } from "node:perf_hooks";
import {
  diskLayers,
  openSpace,
  pageFiles,
  placeText,
  type RunningExplorer,
  serveExplorer,
} from "../../lib/explorer/mod.ts";
import { runJob } from "../../lib/notebook/mod.ts";
import { type Displayable, displayed, escapeHtml } from "../../lib/plots/mod.ts";
import { sharedEmbedder } from "../mini/shared_models.ts";
import { openMiniStudio } from "./studio/mini_studio.ts";
import type { ExplorerContent } from "./studio/explorer_content.ts";
import { typicalScores } from "./studio/typical_scores.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";

/** How the explorer is started. */
export interface ExploreOptions extends ExplorerContent {
  /** Default 8410; 0 takes a free one. In a notebook the default is 0. */
  readonly port?: number;
  /** Whether a notebook on this machine may show the page in a frame. */
  readonly framed?: boolean;
}

/** The port when nothing is said. */
export const EXPLORER_PORT = 8410;

/**
 * Starts the explorer. The first start lays the map out (one to two minutes on two cores); later ones take seconds.
 *
 * @throws UserError in one sentence when the port is in use, or a checkpoint is missing or made for other models.
 */
export async function startExplorer(options: ExploreOptions = {}): Promise<RunningExplorer> {
  const cacheDir = cacheFolder();
  const { checkpoint, results, onProgress, port = EXPLORER_PORT, framed = false, sizes = {} } = options;
  const typical = results === undefined ? undefined : typicalScores(results);
  // First what may be refused: nothing is left at work behind a refusal.
  const studio = await openMiniStudio({
    ...(checkpoint ? { checkpoint } : {}),
    ...(typical ? { typical } : {}),
  });
  const [files, space] = await Promise.all([
    pageFiles(cacheDir),
    openSpace({
      ...sizes,
      cacheDir,
      embedder: () => sharedEmbedder("cpu"),
      ...(onProgress ? { onProgress } : {}),
    }),
  ]);
  const embedder = await sharedEmbedder("cpu");
  await placeText(space, embedder, "use the style"); // compiles what the first typed text would wait for
  return serveExplorer({
    space,
    embedder,
    studio,
    files,
    layers: diskLayers(cacheDir),
    framed,
    now: () => performance.now() / 1000,
  }, { port });
}

/** A running explorer that shows its page at the end of a notebook's cell. */
export type ShownExplorer = RunningExplorer & Displayable;

/**
 * The explorer in a notebook: `await explore()` at the end of a cell shows its page there. It runs until `close()` or the kernel's end.
 *
 * @param options.height of the frame, in pixels.
 */
export async function explore(
  options: ExploreOptions & { readonly height?: number } = {},
): Promise<ShownExplorer> {
  const { height = 780, ...rest } = options;
  // The first start takes minutes: the cell says what it is at.
  const running = await runJob("Starting the explorer", ({ progress }) => {
    const onProgress = (stage: string, share: number) => {
      progress(Math.round(100 * share), 100, stage);
      rest.onProgress?.(stage, share);
    };
    return startExplorer({ port: 0, framed: true, ...rest, onProgress });
  }, { button: false });
  return displayed({ ...running }, ({ url }) => ({
    "text/html": `<iframe src="${escapeHtml(url)}" title="Instruction explorer" width="100%" height="${
      Math.round(height)
    }" style="border:1px solid #8884;border-radius:8px" allow="clipboard-write"></iframe>`,
    "text/plain": `The explorer runs at ${url}`,
  }));
}
