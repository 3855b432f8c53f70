/** A side in a process of its own that answers JSON lines: ours (serve.ts) or a peer's (peers/pytorch/serve.py). */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { loadStrict, readSafetensors, type Shapes } from "../lib/engine/mod.ts";
import type { Check, Side, Usage } from "./side.ts";

/** How the process is started. */
export interface ProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Names and shapes of the arrays it must report. */
  readonly shapes: Shapes;
  /** Where it writes them. */
  readonly arraysPath: string;
  /** Environment variables besides ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs counted in a turn; the bench's number if absent. */
  readonly runsPerTurn?: number;
}

interface Greeting {
  readonly versions: Record<string, string>;
  readonly threads: number;
  readonly startSeconds: number;
  readonly openSeconds?: number;
}

const TAIL = 2000;

/** Sends requests, one line each, and reads their answers. */
class Conversation {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  readonly #ended: Promise<void>;
  #complaints = "";

  constructor({ name, command, args, env }: ProcessOptions) {
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

  ask<T>(request: Record<string, unknown>): Promise<T> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer<T>();
  }

  async end(): Promise<void> {
    this.#child.stdin.end();
    await this.#ended;
  }
}

/**
 * Starts a side and waits until it is ready, that is, until its first run is done.
 *
 * @throws Error when it ends instead.
 */
export async function processSide(options: ProcessOptions): Promise<Side> {
  const { name, shapes, arraysPath, runsPerTurn } = options;
  const side = new Conversation(options);
  const { versions, threads, startSeconds, openSeconds } = await side.answer<Greeting>();
  const what = `the results of ${name}`;
  return {
    name,
    threads,
    versions,
    startSeconds,
    ...(openSeconds === undefined ? {} : { openSeconds }),
    ...(runsPerTurn === undefined ? {} : { runsPerTurn }),
    async check(steps) {
      const request = { do: "check", steps, arrays: arraysPath };
      const check = await side.ask<Omit<Check, "arrays">>(request);
      const { tensors } = readSafetensors(readFileSync(arraysPath), { what });
      return { ...check, arrays: loadStrict(tensors, shapes, { what }) };
    },
    async time(steps) {
      return (await side.ask<{ milliseconds: number[] }>({ do: "time", steps })).milliseconds;
    },
    usage: () => side.ask<Usage>({ do: "usage" }),
    close: () => side.end(),
  };
}
