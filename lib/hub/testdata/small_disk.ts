/** Tests on a disk of their own that can be full or read-only: a small tmpfs, which only root may mount. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A mounted disk. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte free. */
  fill(): void;
  /** Frees what `fill()` took. */
  free(): void;
  /** Nothing can be written any more. */
  makeReadOnly(): void;
}

function mount(...args: readonly string[]): void {
  execFileSync("mount", args, { stdio: "ignore" });
}

function mayMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = mkdtempSync(join(tmpdir(), "mount-"));
  try {
    mount("-t", "tmpfs", "tmpfs", folder);
    execFileSync("umount", [folder], { stdio: "ignore" });
    return true;
  } catch {
    return false; // a container that forbids it
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Whether tests may mount a disk here; those that need one are ignored elsewhere. */
export const MAY_MOUNT: boolean = mayMount();

/** Runs a test on a disk of so many KiB. */
export async function onSmallDisk(
  kibibytes: number,
  test: (disk: SmallDisk) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), "disk-"));
  mount("-t", "tmpfs", "-o", `size=${kibibytes}k`, "tmpfs", root);
  const folder = join(root, "here"), filler = join(root, "filler");
  try {
    mkdirSync(folder);
    await test({
      folder,
      fill() {
        try {
          writeFileSync(filler, new Uint8Array(1024 * (kibibytes + 4)));
        } catch {
          // Full: what was written up to here stays.
        }
      },
      free: () => rmSync(filler, { force: true }),
      makeReadOnly: () => mount("-o", "remount,ro", root),
    });
  } finally {
    execFileSync("umount", ["--lazy", root], { stdio: "ignore" });
    rmSync(root, { recursive: true });
  }
}
