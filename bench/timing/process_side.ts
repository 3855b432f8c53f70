/** A side in a process of its own that answers JSON lines: ours (serve.ts) or a peer's (peers/pytorch/serve.py). */
import { readFileSync } from "node:fs";
import { loadStrict, readSafetensors, type Shapes } from "../../lib/engine/mod.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import type { Check, Side, Usage } from "./side.ts";

/** How the process is started. */
export interface ProcessOptions extends ConversationOptions {
  /** Names and shapes of the arrays it must report. */
  readonly shapes: Shapes;
  /** Where it writes them. */
  readonly arraysPath: string;
  /** Runs counted in a turn; the bench's number if absent. */
  readonly runsPerTurn?: number;
}

interface Greeting {
  readonly versions: Record<string, string>;
  readonly threads: number;
  readonly startSeconds: number;
  readonly openSeconds?: number;
}

/**
 * Starts a side and waits until it is ready, that is, until its first run is done. A process of its own, with `check` for its last argument
 * instead of `time`, reports what is checked, so that the timed one's memory is that of the work.
 *
 * @throws Error when it ends instead.
 */
export async function processSide(options: ProcessOptions): Promise<Side> {
  const { name, shapes, arraysPath, runsPerTurn } = options;
  const start = (purpose: "check" | "time") =>
    new Conversation({ ...options, args: [...options.args, purpose] });
  const side = start("time");
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
      const checked = start("check");
      await checked.answer<Greeting>();
      const check = await checked.ask<Omit<Check, "arrays">>(request);
      await checked.end();
      const { tensors } = readSafetensors(readFileSync(arraysPath), { what });
      return { ...check, arrays: loadStrict(tensors, shapes, { what }) };
    },
    async time(steps) {
      return (await side.ask<{ milliseconds: number[] }>({ do: "time", steps })).milliseconds;
    },
    usage: () => side.usage<Usage>(),
    close: () => side.end(),
  };
}
