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
   * What it says it has used. On Linux its largest resident memory, in MiB, is asked of the system instead: what a process knows of itself is
   * at least what its parent had when it started.
   */
  async usage<T extends { readonly peakMemoryMiB: number }>(): Promise<T> {
    const usage = await this.ask<T>({ do: "usage" });
    if (process.platform !== "linux") return usage;
    const status = readFileSync(`/proc/${this.#child.pid}/status`, "utf8");
    return { ...usage, peakMemoryMiB: Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024 };
  }

  /** Ends its input and waits until it is gone. */
  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}
