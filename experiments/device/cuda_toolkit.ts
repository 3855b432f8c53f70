/** Where CUDA's libraries lie on this machine, and links to those that the system's loader does not find. */
import { existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { CUDA_LIBRARIES, opens } from "../../lib/engine/cuda_libraries.ts";
import { UserError } from "../../lib/engine/errors.ts";
import { linkInto } from "./cuda_provider.ts";

/** Within a folder of libraries, a toolkit, or a folder into which pip installed NVIDIA's wheels. */
const WITHIN = ["", "lib64", "lib", "nvidia/cu13/lib", "nvidia/cudnn/lib"];

/** site-packages of a Python environment. */
function sitePackages(environment: string): string[] {
  const lib = join(environment, "lib");
  if (!existsSync(lib)) return [];
  return readdirSync(lib).filter((name) => /^python3\.\d+$/.test(name)).map((name) =>
    join(lib, name, "site-packages")
  );
}

/** Folders that usually hold them, by the environment. */
export function usualFolders(env: (name: string) => string | undefined): string[] {
  const named = (...names: string[]) => names.map(env).filter((value) => value !== undefined && value !== "");
  return [
    ...named("CUDA_HOME", "CUDA_PATH"),
    ...named("VIRTUAL_ENV", "CONDA_PREFIX").flatMap((
      each,
    ) => [each as string, ...sitePackages(each as string)]),
    "/usr/local/cuda",
  ] as string[];
}

/** The first file of that name within the folders. */
function found(name: string, folders: readonly string[]): string | undefined {
  return folders.flatMap((folder) => WITHIN.map((within) => join(folder, within, name)))
    .find((path) => existsSync(path));
}

/**
 * Links CUDA's libraries into onnxruntime's folder: those of `given`, else those that the loader does not find from where they usually
 * lie. What is found nowhere is left to `openCuda()` to name.
 *
 * @throws UserError when the given folder is none, or holds none of them.
 */
export function linkToolkit(
  onnxruntime: string,
  { given, usual }: { readonly given?: string; readonly usual: readonly string[] },
): void {
  if (given !== undefined) {
    if (!(statSync(given, { throwIfNoEntry: false })?.isDirectory() ?? false)) {
      throw new UserError(`--dir expects a folder with CUDA's libraries, got ${given}`);
    }
    if (CUDA_LIBRARIES.every(({ name }) => found(name, [given]) === undefined)) {
      const names = CUDA_LIBRARIES.map(({ name }) => name).join(", ");
      throw new UserError(
        `--dir expects a folder with CUDA's libraries (${names}) in it or below lib64, lib, nvidia/cu13/lib and nvidia/cudnn/lib, got ${given} with none`,
      );
    }
  }
  for (const { name } of CUDA_LIBRARIES) {
    const own = given === undefined ? undefined : found(name, [given]);
    if (own !== undefined) {
      linkInto(onnxruntime, name, realpathSync(own));
      continue;
    }
    if (existsSync(join(onnxruntime, name)) || opens(name)) continue;
    const path = found(name, usual);
    if (path !== undefined) linkInto(onnxruntime, name, realpathSync(path));
  }
}
