/**
 * The server's own modules in a browser: an esbuild plugin that puts the browser's session and package files in the place of Node's, leaves
 * Node's libraries empty (nothing that a page runs calls them), and keeps of each module of ours only what is used.
 */
import { isBuiltin } from "node:module";
import { isAbsolute, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Our modules for Deno, and what stands for them on a page. */
const INSTEAD: Readonly<Record<string, string>> = {
  "lib/engine/session.ts": "lib/engine/browser_session.ts",
  "lib/engine/second_thread.ts": "lib/engine/browser_session.ts",
  "lib/engine/tfjs_registration.ts": "lib/engine/browser_tfjs_registration.ts",
  "lib/raster/package_file.ts": "lib/raster/browser_package_file.ts",
};

/** Modules that are kept for what they do when they are loaded. */
const HAVE_EFFECTS = ["lib/engine/tfjs.ts", "lib/engine/browser_tfjs_registration.ts"];

/** The script that onnxruntime is, beside the bundle: its threads load it again by itself. */
export const RUNTIME_SCRIPT = "ort.js";

/** The plugin. */
export function browserModules(): Plugin {
  return {
    name: "browser-modules",
    setup(build) {
      build.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z]+)?$/ }, ({ path, kind }) => {
        if (kind === "entry-point" || !isBuiltin(path)) return undefined;
        return { path, namespace: "empty", sideEffects: false };
      });
      build.onLoad(
        { filter: /.*/, namespace: "empty" },
        () => ({ contents: "module.exports = {}", loader: "js" }),
      );
      build.onResolve(
        { filter: /^onnxruntime-common$/ },
        () => ({ path: `./${RUNTIME_SCRIPT}`, external: true }),
      );
      build.onResolve(
        { filter: /^csv-parse\/sync$/ },
        ({ resolveDir, kind }) => build.resolve("csv-parse/browser/esm/sync", { resolveDir, kind }),
      );
      build.onResolve({ filter: /^\.{1,2}\/.*\.tsx?$/ }, ({ path, resolveDir, importer }) => {
        const whole = join(resolveDir, path), name = relative(ROOT, whole);
        if (name.startsWith("..") || isAbsolute(name) || importer.includes("node_modules")) return undefined;
        const own = name.replaceAll("\\", "/");
        const used = INSTEAD[own] ?? own;
        return { path: join(ROOT, used), sideEffects: HAVE_EFFECTS.includes(used) };
      });
    },
  };
}
