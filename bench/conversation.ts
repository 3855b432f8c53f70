/** A conversation with a process that answers JSON lines on its standard output. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";

/** How the process is started. */
export interface ConversationOptions {
  /** What errors call it. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Environment variables besides ours. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Characters kept of what it says on standard error. */
const TAIL = 2000;

/** Sends requests, one line each, and reads their answers. */
export class Conversation {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  readonly #ended: Promise<void>;
  #complaints = "";

  constructor({ name, command, args, env }: ConversationOptions) {
    this.#name = name;
    this.#child = spawn(command, [...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => resolve());
      this.#child.on("error", (error) => {
        this.#complaints += error.message;
        resolve();
      });
    });
    this.#child.stdin.on("error", () => {}); // a process that ended is noticed when its answer is missing
    this.#child.stderr.on("data", (text) => this.#complaints = (this.#complaints + text).slice(-TAIL));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next answer. @throws Error with its last words when it ended. */
  async answer<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value) as T;
    await this.#ended;
    const last = this.#complaints.trim().split("\n").at(-1);
    throw new Error(
      `Timing ${this.#name} failed: expected an answer, got its end: ${last || "no word"}`,
    );
  }

  /** Sends a request and waits for its answer. @throws Error with its last words when it ended. */
  ask<T>(request: Record<string, unknown>): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer<T>();
  }

  /**
   * Its largest resident memory so far in MiB, as the system knows it: what a process says of itself is at least what its parent had when it
   * started. Undefined where the system is not Linux.
   */
  peakMemoryMiB(): number | undefined {
    try {
      const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024 || undefined;
    } catch {
      return undefined;
    }
  }

  /** Ends its input and waits until it is gone. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}
