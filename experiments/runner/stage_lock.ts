/** One process at a time computes a stage. The kernel drops the lock of a process that was killed, so none is ever left over. */
import { dirname } from "node:path";
import { makeFolder } from "../../lib/hub/mod.ts";

/** A held lock. */
export interface StageLock {
  /** Process id of a holder that vanished without releasing, e.g. killed; undefined when the last one ended well. */
  readonly abandonedBy: number | undefined;
  release(): void;
}

/**
 * Takes the lock at `path`, waiting for another process to finish.
 *
 * @param options.onWait called once with the holder's process id when there is something to wait for
 * @throws the signal's reason when it is aborted while waiting
 */
export async function takeLock(
  path: string,
  options: {
    signal?: AbortSignal;
    onWait?: (holder: number | undefined) => void;
    pollMilliseconds?: number;
  } = {},
): Promise<StageLock> {
  const { signal, onWait = () => {}, pollMilliseconds = 200 } = options;
  await makeFolder(dirname(path));
  const file = await Deno.open(path, { create: true, read: true, write: true });
  try {
    for (let waited = false; !file.tryLockSync(true); waited = true) {
      signal?.throwIfAborted();
      if (!waited) onWait(holderIn(file));
      await new Promise((done) => setTimeout(done, pollMilliseconds));
    }
  } catch (error) {
    file.close();
    throw error;
  }
  const abandonedBy = holderIn(file);
  writeHolder(file, String(Deno.pid));
  return {
    abandonedBy,
    release() {
      writeHolder(file, "");
      file.close();
    },
  };
}

function holderIn(file: Deno.FsFile): number | undefined {
  const text = new Uint8Array(16);
  file.seekSync(0, Deno.SeekMode.Start);
  const length = file.readSync(text) ?? 0;
  const holder = Number.parseInt(new TextDecoder().decode(text.subarray(0, length)), 10);
  return Number.isNaN(holder) ? undefined : holder;
}

function writeHolder(file: Deno.FsFile, text: string): void {
  file.truncateSync(0);
  file.seekSync(0, Deno.SeekMode.Start);
  file.writeSync(new TextEncoder().encode(text));
}
