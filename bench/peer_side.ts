/** The peer's side of `bench train`: a Python process that answers JSON lines. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { loadStrict, readSafetensors, type Shapes } from "../lib/engine/mod.ts";
import type { Side, Usage } from "./side.ts";

/** How the peer is started. */
export interface PeerOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Names and shapes of the gradients it must report. */
  readonly shapes: Shapes;
  /** Where it writes them. */
  readonly gradientsPath: string;
}

interface Greeting {
  readonly versions: Record<string, string>;
  readonly threads: number;
}

const TAIL = 2000;

/** Sends requests, one line each, and reads their answers. */
class Conversation {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #name: string;
  readonly #ended: Promise<void>;
  #complaints = "";

  constructor({ name, command, args }: PeerOptions) {
    this.#name = name;
    this.#child = spawn(command, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    this.#ended = new Promise((resolve) => {
      this.#child.on("close", () => resolve());
      this.#child.on("error", (error) => {
        this.#complaints += error.message;
        resolve();
      });
    });
    this.#child.stdin.on("error", () => {}); // a peer that ended is noticed when its answer is missing
    this.#child.stderr.on("data", (text) => this.#complaints = (this.#complaints + text).slice(-TAIL));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** The next answer. @throws Error with the peer's last words when it ended. */
  async answer<T>(): Promise<T> {
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value) as T;
    await this.#ended;
    const last = this.#complaints.trim().split("\n").at(-1);
    throw new Error(
      `Timing the peer ${this.#name} failed: expected an answer, got its end: ${last || "no word"}`,
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
 * Starts a peer and waits until it is ready.
 *
 * @throws Error when it ends instead.
 */
export async function peerSide(options: PeerOptions): Promise<Side> {
  const { name, shapes, gradientsPath } = options;
  const peer = new Conversation(options);
  const { versions, threads } = await peer.answer<Greeting>();
  return {
    name,
    threads,
    versions,
    async check(steps) {
      const request = { do: "check", steps, gradients: gradientsPath };
      const { losses, norm } = await peer.ask<{ losses: number[]; norm: number }>(request);
      const { tensors } = readSafetensors(readFileSync(gradientsPath), { what: `the gradients of ${name}` });
      return { losses, norm, gradients: loadStrict(tensors, shapes, { what: `the gradients of ${name}` }) };
    },
    async time(steps) {
      return (await peer.ask<{ milliseconds: number[] }>({ do: "time", steps })).milliseconds;
    },
    usage: () => peer.ask<Usage>({ do: "usage" }),
    close: () => peer.end(),
  };
}
