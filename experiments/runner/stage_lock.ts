/**
 * One process at a time computes a stage, whatever machine it runs on. A lock is a lease: a record `<path>.<n>` that names its holder and
 * is renewed while it works; the highest n counts, and n + 1 can be made once only. A lease is free when it was given back, when its
 * holder is known to have ended, or when it was not renewed for a long while by the waiting process's own clock. Where the kernel's locks hold
 * between all machines (`kernel_lock.ts`) one is held as well: then who gets it knows at once that the holder before has ended.
 *
 * A process that was stopped for longer than a lease lasts may lose it and not know; whoever publishes first is believed (`seal()`), so
 * this costs time and nothing else.
 */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fstatSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { basename, dirname } from "node:path";
import { clearInterval, setInterval } from "node:timers";
import { makeFolder, systemErrorCode, writeFailure } from "../../lib/hub/mod.ts";
import { fateOf, type Holder, holderHere } from "./holder.ts";
import { type KernelLock, openKernelLock } from "./kernel_lock.ts";

/** Milliseconds between two renewals, and after how many without one a lease is free. Loading a large model may block a process for long. */
const RENEW_EVERY = 20_000;
const STALE_AFTER = 300_000;

/**
 * The same for a lease without a word: who made it was ended before writing any. Were it alive, it would see that it was overtaken (`claim()`).
 * Network file systems may show a new file without its content for some seconds.
 */
const UNWRITTEN_AFTER = 10_000;

/** What a lease reads when it was given back. */
const FREE = "free";

/** A held lock. */
export interface StageLock {
  readonly holder: Holder;
  /** The holder before, where it vanished without giving the lock back, e.g. was killed; undefined when the last one ended well. */
  readonly abandonedBy: Holder | undefined;
  /** Whether that one is known to have ended, not only silent. */
  readonly ended: boolean;
  /** Whether another process took the lease over since. */
  lost(): boolean;
  release(): void;
}

/** How to wait for a lock. */
export interface LockOptions {
  readonly signal?: AbortSignal;
  /** Called once with the holder when there is something to wait for; undefined where its record cannot be read. */
  readonly onWait?: (holder: Holder | undefined) => void;
  readonly pollMilliseconds?: number;
  readonly staleMilliseconds?: number;
  readonly renewMilliseconds?: number;
  /** Whether the kernel's lock is used where it holds; default yes. */
  readonly kernel?: boolean;
}

/** A lease as it lies on disk. */
interface Lease {
  readonly number: number;
  readonly text: string;
  readonly holder: Holder | undefined;
}

const leasePath = (path: string, number: number) => `${path}.${number}`;

/** Numbers of all leases, highest first. */
async function numbersOf(path: string): Promise<number[]> {
  const start = `${basename(path)}.`;
  return (await readdir(dirname(path))).flatMap((name) =>
    name.startsWith(start) && /^\d+$/.test(name.slice(start.length)) ? [Number(name.slice(start.length))] : []
  ).sort((a, b) => b - a);
}

async function newestLease(path: string): Promise<Lease | undefined> {
  const [number] = await numbersOf(path);
  if (number === undefined) return undefined;
  let text = "";
  let holder: Holder | undefined;
  try {
    text = (await readFile(leasePath(path, number), "utf8")).trim();
    if (text !== FREE) holder = (JSON.parse(text) as { holder: Holder }).holder;
  } catch {
    // Being written, or overtaken meanwhile: looked at again.
  }
  return { number, text, holder };
}

/** Makes lease `number`; false when somebody has it, or a higher one. */
async function claim(path: string, number: number, text: string): Promise<boolean> {
  const own = leasePath(path, number);
  try {
    writeFileSync(own, text, { flag: "wx" });
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    // A full disk may have room for the name alone.
    rmSync(own, { force: true });
    throw writeFailure(error, own);
  }
  const numbers = await numbersOf(path);
  const overtaken = (numbers[0] ?? 0) > number;
  for (const old of overtaken ? [number] : numbers.filter((each) => each < number)) {
    rmSync(leasePath(path, old), { force: true });
  }
  return !overtaken;
}

/** Writes a lease that is there anew: over what it was, so that a full disk has room, and a kill leaves one or the other. @throws the system's error where it is not. */
function rewrite(path: string, text: string): void {
  const file = openSync(path, "r+");
  try {
    writeSync(file, text.padEnd(fstatSync(file).size), 0);
  } finally {
    closeSync(file);
  }
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/**
 * Takes the lock at `path`, waiting for another process to finish.
 *
 * @throws the signal's reason when it is aborted while waiting
 */
export async function takeLock(path: string, options: LockOptions = {}): Promise<StageLock> {
  const { signal, onWait = () => {}, pollMilliseconds = 200, staleMilliseconds = STALE_AFTER } = options;
  await makeFolder(dirname(path));
  let waited = false;
  const wait = async (holder: Holder | undefined) => {
    signal?.throwIfAborted();
    if (!waited) onWait(holder);
    waited = true;
    await pause(pollMilliseconds);
  };
  const kernel = options.kernel === false ? undefined : await openKernelLock(path, dirname(path));
  try {
    while (kernel !== undefined && !kernel.tryTake()) await wait((await newestLease(path))?.holder);
    const token = randomBytes(4).toString("hex");
    const holder = holderHere(token, kernel !== undefined);
    for (let seen = { text: "", at: performance.now() };;) {
      const before = await newestLease(path);
      const text = before === undefined ? FREE : `${before.number} ${before.text}`;
      if (text !== seen.text) seen = { text, at: performance.now() };
      const free = before === undefined || before.text === FREE;
      const ended = !free && before.holder !== undefined &&
        ((kernel !== undefined && before.holder.kernel) || fateOf(before.holder) === "ended");
      const patience = before?.text === "" ? Math.min(UNWRITTEN_AFTER, staleMilliseconds) : staleMilliseconds;
      if (free || ended || performance.now() - seen.at > patience) {
        const number = (before?.number ?? 0) + 1;
        if (await claim(path, number, JSON.stringify({ holder, renewed: 0 }))) {
          return held(path, number, { holder, abandonedBy: before?.holder, ended, ...options, kernel });
        }
      } else await wait(before.holder);
    }
  } catch (error) {
    kernel?.close();
    throw error;
  }
}

/** Keeps a lease renewed until it is given back. */
function held(
  path: string,
  number: number,
  { holder, abandonedBy, ended, kernel, renewMilliseconds = RENEW_EVERY }:
    & Pick<StageLock, "holder" | "abandonedBy" | "ended">
    & Pick<LockOptions, "renewMilliseconds">
    & { readonly kernel: KernelLock | undefined },
): StageLock {
  let renewed = 0;
  // Whoever takes over deletes the lease that it overtook.
  const lost = () => !existsSync(leasePath(path, number));
  const timer = setInterval(() => {
    if (lost()) return clearInterval(timer);
    try {
      rewrite(leasePath(path, number), JSON.stringify({ holder, renewed: ++renewed }));
    } catch {
      // A full disk or a network that is gone for a while: the next renewal may come in time.
    }
  }, renewMilliseconds);
  timer.unref();
  return {
    holder,
    abandonedBy,
    ended,
    lost,
    release() {
      clearInterval(timer);
      try {
        if (!lost()) rewrite(leasePath(path, number), FREE);
      } catch {
        // A file system that has become read-only: others see that this process has ended, or that it is silent.
      }
      kernel?.close();
    },
  };
}
