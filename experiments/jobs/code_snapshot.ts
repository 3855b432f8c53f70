/** A copy of the code, so that what was submitted is what runs although the checkout changes. */
import { cpSync, readdirSync, realpathSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder, writeFailure } from "../../lib/hub/mod.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Folders that are no code. */
const LEFT_OUT = [".git", ".cache", "node_modules"];

/** Files of the checkout: what git tracks or would; without git everything but what is no code. */
async function filesOf(root: string): Promise<string[]> {
  const git = await new Deno.Command("git", {
    args: ["-C", root, "ls-files", "-co", "--exclude-standard", "-z"],
  })
    .output().catch(() => undefined);
  if (git?.success) {
    return new TextDecoder().decode(git.stdout).split("\0").filter((name) => name !== "");
  }
  return readdirSync(root).filter((name) => !LEFT_OUT.includes(name));
}

/**
 * Copies the code into `folder`. The installed packages are linked: their folders are named by versions and never change.
 *
 * @param options.without folder of derived files, which are no code wherever they lie
 * @throws UserError when the disk is full or the place cannot be written
 */
export async function snapshotCode(
  folder: string,
  { without, root = ROOT }: { readonly without: string; readonly root?: string },
): Promise<void> {
  const derived = resolve(without);
  const isCode = (path: string) => path !== derived && !path.startsWith(`${derived}/`);
  const made = new Set<string>();
  try {
    for (const name of await filesOf(root)) {
      if (!isCode(join(root, name))) continue;
      const parent = dirname(join(folder, name));
      if (!made.has(parent)) await makeFolder(parent);
      made.add(parent);
      try {
        cpSync(join(root, name), join(folder, name), { recursive: true, filter: isCode });
      } catch (error) {
        if (!(error instanceof Error) || !("code" in error) || error.code !== "ENOENT") throw error;
        // listed, and deleted in the checkout
      }
    }
    symlinkSync(realpathSync(join(root, "node_modules")), join(folder, "node_modules"));
  } catch (error) {
    throw writeFailure(error, folder);
  }
}
