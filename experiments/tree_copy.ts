/** For tests of what one file and its line in a list add: a copy of the tree that may be changed, with commands that run in it. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** A copy of the code in a temporary folder, gone when disposed of. */
export interface TreeCopy extends Disposable {
  readonly folder: string;
  /** Copies a file or folder of the tree into it. */
  copy(name: string): void;
  /** Links it, for what is only read. */
  link(name: string): void;
  /** Links the packages that are installed on demand, so that the copy installs none again. */
  linkPackages(): void;
  write(name: string, content: string): void;
  /** Replaces texts of a file. Gives by how many lines it grew. @throws RangeError where one is not there. */
  edit(name: string, ...replacements: readonly (readonly [text: string, by: string])[]): number;
  /** The standard output of deno in the copy, whose cache is its own `.cache`. @throws with `stdout` and `stderr` where it fails. */
  deno(...args: string[]): string;
}

/** Copies lib, experiments and deno.json, and links the packages. */
export function treeCopy(): TreeCopy {
  const folder = mkdtempSync(join(tmpdir(), "tree-"));
  const within = (name: string) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    return path;
  };
  const copy = (name: string) => cpSync(join(ROOT, name), within(name), { recursive: true });
  const link = (name: string) => symlinkSync(join(ROOT, name), within(name));
  for (const name of ["lib", "experiments", "deno.json", "deno.lock"]) copy(name);
  link("node_modules");
  return {
    folder,
    copy,
    link,
    linkPackages() {
      mkdirSync(join(ROOT, ".cache/packages"), { recursive: true });
      link(".cache/packages");
    },
    write: (name, content) => writeFileSync(within(name), content),
    edit(name, ...replacements) {
      const before = readFileSync(join(folder, name), "utf8");
      const after = replacements.reduce((content, [text, by]) => {
        if (!content.includes(text)) throw new RangeError(`Editing ${name} needs "${text}" in it, got none`);
        return content.replace(text, () => by);
      }, before);
      writeFileSync(join(folder, name), after);
      return after.split("\n").length - before.split("\n").length;
    },
    deno: (...args) =>
      execFileSync(Deno.execPath(), args, {
        cwd: folder,
        encoding: "utf8",
        env: { ...Deno.env.toObject(), IPADAPTER_CACHE: join(folder, ".cache"), NO_COLOR: "1" },
        stdio: "pipe",
        maxBuffer: 1 << 28,
      }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

/** Copies the artwork that was drawn already, so that it is not drawn again. */
export function copyArtwork({ folder }: TreeCopy, cacheFolder: string): void {
  const drawn = join(cacheFolder, "tasks");
  if (existsSync(drawn)) cpSync(drawn, join(folder, ".cache/tasks"), { recursive: true });
}
