/** One side of the t-SNE bench: a process that answers JSON lines. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a side is started. */
export interface TsneSideOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** One layout. */
export interface TimedLayout {
  readonly milliseconds: number;
  /** Iterations it took; scikit-learn may end early. */
  readonly iterations: number;
}

/** A program that lays the points out again and again. */
export interface TsneSide {
  readonly name: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Lays the points out and writes the layout to a file, float32 rows of 2 numbers. */
  layout(path: string): Promise<TimedLayout>;
  /** Largest resident memory so far, MiB. */
  peakMemory(): Promise<number>;
  close(): Promise<void>;
}

const TAIL = 2000;

/**
 * Starts a side and waits until it has read the points.
 *
 * @throws Error with its last words when it ends instead of answering.
 */
export async function startTsneSide({ name, command, args }: TsneSideOptions): Promise<TsneSide> {
  const child: ChildProcessWithoutNullStreams = spawn(command, [...args], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  let complaints = "";
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
    child.on("error", (error) => {
      complaints += error.message;
      resolve();
    });
  });
  child.stdin.on("error", () => {}); // a side that ended is noticed when its answer is missing
  child.stderr.on("data", (text) => complaints = (complaints + text).slice(-TAIL));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value) as T;
    await ended;
    const last = complaints.trim().split("\n").at(-1);
    throw new Error(`Timing ${name} failed: expected an answer, got its end: ${last || "no word"}`);
  };
  const ask = <T>(request: Record<string, unknown>): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answer<T>();
  };
  const { threads, versions } = await answer<{ threads: number; versions: Record<string, string> }>();
  return {
    name,
    threads,
    versions,
    layout: (path) => ask<TimedLayout>({ do: "layout", path }),
    peakMemory: async () => (await ask<{ peakMemoryMiB: number }>({ do: "usage" })).peakMemoryMiB,
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
