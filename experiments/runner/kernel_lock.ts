/** The kernel's lock of a file, and on which file systems it holds between machines. */
import { readFileSync, realpathSync } from "node:fs";
import { writeFailure } from "../../lib/hub/mod.ts";

/** File systems of one machine: whoever sees them asks the same kernel. */
const LOCAL = ["ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "tmpfs", "ramfs", "overlay", "apfs"];

/** A mount of this machine. */
interface Mount {
  readonly folder: string;
  readonly type: string;
  /** All options, of the mount and of its file system. */
  readonly options: readonly string[];
}

/** Reads Linux's table of mounts (proc(5), mountinfo). */
function mountsIn(table: string): Mount[] {
  return table.trim().split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ");
    const [, , , , folder = "", options = ""] = before.split(" ");
    const [type = "", , more = ""] = after.split(" ");
    const plain = folder.replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8)));
    return [{ folder: plain, type, options: [...options.split(","), ...more.split(",")] }];
  });
}

/**
 * Whether a lock that this machine's kernel gives within `path` excludes every process that sees the file system. Told from the mount:
 * a local file system; NFS 4, and Lustre where it was mounted with `flock`. Of any other nobody knows, so the answer is no.
 */
export function locksHold(path: string, table: string): boolean {
  const mount = mountsIn(table)
    .filter(({ folder }) => path === folder || path.startsWith(folder.endsWith("/") ? folder : `${folder}/`))
    // The last of several mounts on one folder is the one that is seen.
    .reduce<Mount | undefined>(
      (best, each) => each.folder.length >= (best?.folder.length ?? 0) ? each : best,
      undefined,
    );
  if (mount === undefined) return false;
  const { type, options } = mount;
  if (LOCAL.includes(type)) return true;
  if (type === "lustre") return options.includes("flock");
  return type === "nfs4" && !options.some((each) => /^local_lock=(flock|all)$|^nolock$/.test(each));
}

/** The same, asked of this machine. */
function locksHoldHere(folder: string): boolean {
  try {
    return locksHold(realpathSync(folder), readFileSync("/proc/self/mountinfo", "utf8"));
  } catch {
    return false; // no Linux: leases alone
  }
}

/** Answers by folder: a folder does not change its file system while a process runs. */
const answers = new Map<string, boolean>();

/** A file that can be locked. */
export interface KernelLock {
  /** Locks it, if nobody else holds it. */
  tryTake(): boolean;
  close(): void;
}

/**
 * Opens a file for locking; undefined where the kernel's locks do not hold between all that see `folder`.
 *
 * @throws UserError when the file cannot be made.
 */
export async function openKernelLock(path: string, folder: string): Promise<KernelLock | undefined> {
  const holds = answers.get(folder) ?? locksHoldHere(folder);
  answers.set(folder, holds);
  if (!holds) return undefined;
  const file = await Deno.open(path, { create: true, read: true, write: true }).catch((error) => {
    throw writeFailure(error, path);
  });
  let taken: boolean;
  try {
    taken = file.tryLockSync(true);
  } catch {
    file.close();
    return undefined; // what the mount promised is not so
  }
  return { tryTake: () => taken ||= file.tryLockSync(true), close: () => file.close() };
}
