/** Sources into one script for a browser, by esbuild. */
import type { BuildOptions, OutputFile } from "esbuild";

/** Bundlings under way: esbuild's service is one for the process, and stopping it ends the work of all. */
let open = 0;

/** Bundles and minifies as the options say; gives the files, and writes none. */
export async function bundled(options: BuildOptions): Promise<readonly OutputFile[]> {
  const esbuild = await import("esbuild");
  open++;
  try {
    const { outputFiles } = await esbuild.build({
      bundle: true,
      minify: true,
      outdir: "/",
      format: "esm",
      target: "es2022",
      legalComments: "inline",
      logLevel: "silent",
      ...options,
      write: false,
    });
    return outputFiles;
  } finally {
    open--;
    if (open === 0) await esbuild.stop();
  }
}
