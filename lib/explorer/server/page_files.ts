/** The page's own files: bundled once by esbuild, kept under a hash of their sources. Nothing else is ever served. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readChecked, sha256, writeChecked } from "../../hub/mod.ts";
import { readPackageFile } from "../../raster/mod.ts";
import { bundled } from "./bundled.ts";
import { MAP_TASKS } from "./space_points.ts";

/** A file that is served. */
export interface PageFile {
  /** Its MIME type. */
  readonly type: string;
  /** Its bytes. */
  readonly content: Uint8Array<ArrayBuffer>;
  /** Strong ETag. */
  readonly tag: string;
}

const PAGE = new URL("../page/", import.meta.url);
/** Modules outside the page that it is bundled with. */
const SHARED = [
  "../api.ts",
  "../browser/answer_messages.ts",
  "../../plots/mix_colours.ts",
  "../../plots/palette.ts",
];
const PLOTLY = "plotly.js-strict-dist-min/plotly-strict.min.js";

/** The sources in a fixed order, for the hash. */
async function sources(): Promise<string[]> {
  const names = (await readdir(PAGE)).filter((name) => /\.(tsx?|css|html)$/u.test(name)).sort();
  const own = names.map((name) => new URL(name, PAGE));
  const shared = [...SHARED, "../../../deno.json"].map((name) => new URL(name, PAGE));
  return await Promise.all([...own, ...shared].map((url) => readFile(url, "utf8")));
}

interface Bundle {
  readonly js: string;
  readonly css: string;
}

async function bundlePage(): Promise<Bundle> {
  const files = await bundled({
    entryPoints: [fileURLToPath(new URL("main.tsx", PAGE))],
    define: { MAP_TASKS: JSON.stringify(MAP_TASKS) },
    jsx: "automatic",
    jsxImportSource: "preact",
  });
  const text = (ending: string) => files.find(({ path }) => path.endsWith(ending))?.text ?? "";
  return { js: text(".js"), css: text(".css") };
}

function served(type: string, content: Uint8Array | string): PageFile {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
  return { type, content: bytes, tag: `"${sha256(bytes).slice(0, 16)}"` };
}

/** The files by path. The bundle is read from `cacheDir`, or made and kept there. */
export async function pageFiles(cacheDir: string): Promise<ReadonlyMap<string, PageFile>> {
  const key = sha256(JSON.stringify([await sources(), MAP_TASKS])).slice(0, 16);
  const path = join(cacheDir, "explorer", `page-${key}.bin`);
  const { state, content } = await readChecked(path);
  let built: Bundle;
  if (state === "sound") built = JSON.parse(new TextDecoder().decode(content));
  else {
    built = await bundlePage();
    await writeChecked(path, new TextEncoder().encode(JSON.stringify(built)));
  }
  const text = (name: string) => readFile(new URL(name, PAGE), "utf8");
  return new Map([
    ["/", served("text/html; charset=utf-8", await text("index.html"))],
    ["/favicon.svg", served("image/svg+xml", await text("favicon.svg"))],
    ["/page.js", served("text/javascript; charset=utf-8", built.js)],
    ["/page.css", served("text/css; charset=utf-8", built.css)],
    ["/plotly.js", served("text/javascript; charset=utf-8", readPackageFile(PLOTLY))],
  ]);
}
