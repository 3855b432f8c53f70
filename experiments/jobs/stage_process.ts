/** A process that computes stages of a plan: one that its arguments name, or those that come on its standard input, one after another. */
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import { currentOrigin, progressDisplay, type RunEvent, runPlanned, Stopped } from "../runner/mod.ts";
import { writeAll } from "../setting/command_line.ts";
import { readPlan } from "./plan_file.ts";
import { lineOf, linesOf, type StageMessage } from "./stage_messages.ts";
import type { WorkloadEntry } from "./workload.ts";

/** Exit codes: done, failed, a mistake in what was asked, asked to stop. */
export const EXIT = { done: 0, failed: 1, mistake: 2, stopped: 130 } as const;

/** Computes single stages of one plan; models that several use are loaded once. */
export interface PlanRunner {
  /** @throws what made the stage fail; Stopped when the signal was aborted */
  run(id: string, onEvent: (event: RunEvent) => void): Promise<void>;
}

/** Opens a plan. @throws UserError where it or its workload is not there */
export async function openPlan(
  path: string,
  workloads: readonly WorkloadEntry[],
  signal: AbortSignal,
): Promise<PlanRunner> {
  const { workload: name, request, cacheFolder, planned } = readPlan(path);
  const entry = workloads.find(({ id }) => id === name);
  if (entry === undefined) {
    throw new UserError(
      `Running a plan needs one of ${workloads.map(({ id }) => id).join(", ")}, got "${name}"`,
    );
  }
  const workload = await entry.load();
  const targets = workload.targets(request);
  let prepared: Promise<void> | undefined;
  return {
    async run(id, onEvent) {
      await (prepared ??= workload.prepare(request));
      await runPlanned(id, targets, {
        planned,
        cacheFolder,
        signal,
        onEvent,
        origin: () => currentOrigin(request.device),
      });
    },
  };
}

/** Writes a line of the log. A full disk loses the line, not the stage. */
export function logLine(line: string): void {
  try {
    writeAll(2, `${line}\n`);
  } catch {
    // What the stage itself cannot write, it tells.
  }
}

/** What made a stage fail, for its log. */
export const traceOf = (error: unknown): string =>
  error instanceof UserError
    ? error.message
    : error instanceof Error
    ? error.stack ?? error.message
    : String(error);

/** How a stage ended. */
export type StageEnd =
  | { readonly state: "done" }
  | { readonly state: "stopped" }
  | { readonly state: "failed"; readonly error: unknown };

/** Computes one stage, with plain lines about it on the error stream, which is its log. */
export async function runLogged(
  runner: PlanRunner,
  id: string,
  onEvent: (event: RunEvent) => void = () => {},
): Promise<StageEnd> {
  const display = progressDisplay({ write: logLine, terminal: false });
  try {
    await runner.run(id, (event) => {
      display.show(event);
      onEvent(event);
    });
    return { state: "done" };
  } catch (error) {
    if (error instanceof Stopped) return { state: "stopped" };
    logLine(traceOf(error));
    return { state: "failed", error };
  } finally {
    display.close();
  }
}

/** Computes the stages whose ids come on the standard input until it ends, and tells about each. */
export async function serveStages(plan: string, workloads: readonly WorkloadEntry[]): Promise<number> {
  const abort = new AbortController();
  let atWork = false;
  const stop = () => {
    abort.abort(new Stopped("Stopped"));
    if (!atWork) process.exit(EXIT.stopped);
  };
  // A terminal sends Ctrl-C to this process, too; what it means is decided by the one that started it.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", stop);
  const tell = (message: StageMessage) => writeAll(1, lineOf(message));
  const ids: string[] = [];
  let wake = () => {};
  let ended = false;
  void (async () => {
    for await (const line of linesOf(Deno.stdin.readable)) {
      ids.push(line);
      wake();
    }
    // Whoever asked has ended: nothing more is wanted of this process.
    ended = true;
    if (atWork) stop();
    wake();
  })();
  const runner = openPlan(plan, workloads, abort.signal);
  for (;;) {
    const id = ids.shift();
    if (id === undefined) {
      if (ended) return EXIT.done;
      await new Promise<void>((done) => wake = done);
      continue;
    }
    atWork = true;
    const opened = await runner.then((runner) => ({ runner }), (error) => ({ error }));
    const end: StageEnd = "error" in opened
      ? { state: "failed", error: opened.error }
      : await runLogged(opened.runner, id, (event) => {
        if (event.kind === "progress") {
          const { done, total, unit } = event;
          tell({ kind: "progress", done, total, unit });
        } else if (event.kind === "notice") tell({ kind: "notice", text: event.text });
      });
    atWork = false;
    const text = end.state === "failed" ? traceOf(end.error).split("\n")[0] as string : "";
    tell({ kind: "end", state: end.state, text });
    if (abort.signal.aborted) return EXIT.stopped;
  }
}
