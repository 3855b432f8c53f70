/**
 * Packages that few commands need, and that are installed when the first of those runs, beside the root's own: `on_demand/deno.json` pins
 * them and its deno.lock holds their hashes.
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { UserError } from "../engine/errors.ts";
import { atomicWrite } from "./atomic_write.ts";

const PINS = fileURLToPath(new URL("on_demand/", import.meta.url));
const INSTALLED = fileURLToPath(new URL("../../.cache/packages/", import.meta.url));

/**
 * Installs a package of `on_demand/deno.json`, if it is not there yet, and gives the folder that holds it: a place to resolve the package
 * from, as with `createRequire()`.
 *
 * @throws RangeError for a package that is not pinned there, UserError when the registry cannot be reached or sends other bytes.
 */
export async function onDemandPackage(name: string): Promise<string> {
  const { imports } = JSON.parse(readFileSync(join(PINS, "deno.json"), "utf8")) as {
    imports: Record<string, string>;
  };
  const specifier = imports[name];
  if (specifier === undefined) {
    throw new RangeError(
      `Installing a package on demand needs one of ${Object.keys(imports).join(", ")}, got "${name}"`,
    );
  }
  // One folder for each: Deno removes from a folder what it was not asked for.
  const folder = join(INSTALLED, specifier.slice("npm:".length).replaceAll("/", "+"));
  for (const file of ["deno.json", "deno.lock"]) {
    const [pinned, path] = [readFileSync(join(PINS, file), "utf8"), join(folder, file)];
    // What another process may be reading stays as it is.
    if (!existsSync(path) || readFileSync(path, "utf8") !== pinned) await atomicWrite(path, pinned);
  }
  const config = join(folder, "deno.json");
  try {
    await promisify(execFile)(process.execPath, [
      "cache",
      "--quiet",
      "--frozen",
      "--config",
      config,
      specifier,
    ], {
      cwd: folder,
      env: { ...process.env, NO_COLOR: "1" },
    });
  } catch (error) {
    const reason = String((error as { stderr?: string }).stderr || error).trim().split("\n")[0];
    throw new UserError(`Installing ${specifier} failed: expected it from the npm registry, got: ${reason}`);
  }
  return join(folder, "node_modules", name);
}
