/** `deno task explore --export DIR`: the explorer as a folder of files that any static host serves. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { UserError } from "../../../lib/engine/mod.ts";
import {
  browserModules,
  bundled,
  type GalleryItem,
  galleryPicture,
  openSpace,
  pageFiles,
  RUNTIME_SCRIPT,
} from "../../../lib/explorer/mod.ts";
import {
  atomicWrite,
  cacheFolder,
  checkWritable,
  makeFolder,
  onDemandPackage,
  PARTIAL,
} from "../../../lib/hub/mod.ts";
import { encodePng, readPackageFile } from "../../../lib/raster/mod.ts";
import { readAdapterFile } from "../../mini/adapter_file.ts";
import { sharedBase, sharedEmbedder } from "../../mini/shared_models.ts";
import type { ExplorerContent } from "../studio/explorer_content.ts";
import { openMiniStudio } from "../studio/mini_studio.ts";
import { typicalScores } from "../studio/typical_scores.ts";
import { FACTS_PATH, PACKAGE_FILES, RUNTIME_PATH, type SiteFacts } from "./site_data.ts";
import { siteParts } from "./site_parts.ts";
import { SPACE_README } from "./space_readme.ts";

const WORKER = "worker.js";

/** The page may load its own files and nothing else. plotly.js writes style rules; onnxruntime compiles WebAssembly. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; " +
  "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'";

/** What was written. */
export interface ExportedSite {
  /** Number of files. */
  readonly files: number;
  /** Their bytes together. */
  readonly bytes: number;
}

/** What is exported, and where to. */
export interface ExportOptions extends ExplorerContent {
  /** A folder that is not there yet, is empty, or holds an earlier export. */
  readonly folder: string;
}

function checkFolder(folder: string): void {
  if (!existsSync(folder)) return;
  let names: string[];
  try {
    // An export that was killed may have left a beginning.
    names = readdirSync(folder).filter((name) => !name.endsWith(PARTIAL));
  } catch {
    throw new UserError(`Exporting the explorer failed: expected a folder, got the file ${folder}`);
  }
  if (names.length > 0 && !existsSync(join(folder, FACTS_PATH))) {
    throw new UserError(
      `Exporting the explorer failed: expected an empty folder or an earlier export, got ${folder} with other files`,
    );
  }
}

/** The page's document, made to ask its worker. */
function siteIndex(html: string): string {
  const changed = html
    .replace('<html lang="en">', `<html lang="en" data-answers="${WORKER}">`)
    .replace(
      '<meta charset="utf-8">',
      `<meta charset="utf-8">\n    <meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    );
  if (!changed.includes("data-answers") || !changed.includes(POLICY)) {
    throw new RangeError("Exporting the page needs its html and charset tags as index.html writes them");
  }
  return changed;
}

/** onnxruntime for pages: its script, and the WebAssembly that is the runtime. */
async function runtimeFiles(): Promise<[string, Uint8Array][]> {
  const folder = join(await onDemandPackage("onnxruntime-web"), "dist");
  return [
    [RUNTIME_SCRIPT, readFileSync(join(folder, "ort.wasm.bundle.min.mjs"))],
    [RUNTIME_PATH, gzipSync(readFileSync(join(folder, "ort-wasm-simd-threaded.wasm")), { level: 9 })],
  ];
}

async function workerScript(): Promise<string> {
  const [script] = await bundled({
    entryPoints: [fileURLToPath(new URL("worker.ts", import.meta.url))],
    platform: "browser",
    plugins: [browserModules()],
    define: { "process.env.NODE_ENV": '"production"' },
  });
  return script!.text;
}

function galleryFiles(gallery: readonly GalleryItem[]): [string, Uint8Array][] {
  return gallery.flatMap(({ id, condition, target }): [string, Uint8Array][] => [
    [galleryPicture(id, "condition"), encodePng(condition)],
    [galleryPicture(id, "target"), encodePng(target)],
  ]);
}

/** All files of the site by path. */
async function siteFiles(
  { checkpoint, results, sizes = {}, onProgress }: Omit<ExportOptions, "folder">,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const cacheDir = cacheFolder();
  const typical = results === undefined ? undefined : typicalScores(results);
  const joint = await readAdapterFile(checkpoint, (await sharedBase()).unet.config);
  const studio = await openMiniStudio({
    ...(checkpoint ? { checkpoint } : {}),
    ...(typical ? { typical } : {}),
  });
  const space = await openSpace({
    ...sizes,
    cacheDir,
    embedder: () => sharedEmbedder("cpu"),
    ...(onProgress ? { onProgress } : {}),
  });
  const gallery = await studio.gallery();
  const facts: SiteFacts = {
    // One picture at a time: one thread has nothing to gain from four. The file's folder is nobody's business.
    about: { ...studio.about, adapter: basename(studio.about.adapter), batch: 1 },
    gallery: gallery.map(({ id, task, prompt, caption }) => ({ id, task, prompt, caption })),
  };
  const text = (content: string) => new TextEncoder().encode(content);
  const page = [...await pageFiles(cacheDir)].map(([path, { content }]): [string, Uint8Array] =>
    path === "/"
      ? ["index.html", text(siteIndex(new TextDecoder().decode(content)))]
      : [path.slice(1), content]
  );
  return new Map<string, Uint8Array>([
    // First: it is what a later export knows this folder by.
    [FACTS_PATH, text(JSON.stringify(facts))],
    ...page,
    [WORKER, text(await workerScript())],
    ...await runtimeFiles(),
    ...PACKAGE_FILES.map((file): [string, Uint8Array] => [`packages/${file}`, readPackageFile(file)]),
    ...await siteParts(space, joint),
    ...galleryFiles(gallery),
    ["README.md", text(SPACE_README)],
    ["LICENSE", await readFile(new URL("../../../LICENSE", import.meta.url))],
    ["NOTICE.md", await readFile(new URL("../../../data/NOTICE.md", import.meta.url))],
  ]);
}

/**
 * Writes the site.
 *
 * @throws UserError in one sentence when the folder holds other files, or a checkpoint is missing or made for other models.
 */
export async function exportSite({ folder, ...options }: ExportOptions): Promise<ExportedSite> {
  checkFolder(folder);
  await checkWritable(folder);
  const files = await siteFiles(options);
  let bytes = 0;
  for (const [path, content] of files) {
    const place = join(folder, path);
    await makeFolder(dirname(place));
    await atomicWrite(place, content);
    bytes += content.length;
  }
  return { files: files.size, bytes };
}
