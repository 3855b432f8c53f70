/** Computes several stages at a time on this machine: a process for each slot, with cores and a device of its own. */
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { makeFolder } from "../../lib/hub/mod.ts";
import { type Executor, type PlannedStage, type RunEvent, Stopped } from "../runner/mod.ts";
import { linesOf, messageIn } from "./stage_messages.ts";

/** What one process at a time has for itself. */
export interface Slot {
  /** Numbers of its cores; as many threads compute. */
  readonly cores: readonly number[];
  /** Variables of its environment, e.g. the one device it sees. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where and with what stages are computed. */
export interface LocalOptions {
  readonly slots: readonly Slot[];
  /** Path of the plan, see `plan_file.ts`. */
  readonly plan: string;
  /** Program that computes its stages. */
  readonly entry: string;
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: RunEvent) => void;
}

/** A process that waits for stages. */
interface Worker {
  run(planned: PlannedStage): Promise<void>;
  /** Lets it end when it has nothing to do. */
  close(): Promise<void>;
}

/** How a process ended that should not have. */
const causeOf = ({ code, signal }: Deno.CommandStatus): string =>
  signal === null ? `its process ended with code ${code}` : `its process was ended by ${signal}`;

/** The log of a stage at its key. */
const logPath = ({ stage, key }: PlannedStage, cacheFolder: string): string =>
  join(cacheFolder, "logs", `${stage.id}-${key.slice(0, 16)}.log`);

/** Starts a process for a slot. */
function startWorker(slot: Slot, { plan, entry, cacheFolder, signal, onEvent }: LocalOptions): Worker {
  const child = new Deno.Command("taskset", {
    args: ["-c", slot.cores.join(","), Deno.execPath(), "run", "-A", "--no-check", entry, plan],
    env: slot.env as Record<string, string>,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const kill = (name: Deno.Signal) => {
    try {
      child.kill(name);
    } catch {
      // it has ended
    }
  };
  const stop = () => kill("SIGTERM");
  const end = () => kill("SIGKILL");
  signal.addEventListener("abort", stop);
  process.on("exit", end);
  const input = child.stdin.getWriter();
  const encoder = new TextEncoder();
  let log: FileHandle | undefined;
  let atWork: { planned: PlannedStage; settle: (error?: Error) => void } | undefined;
  const settle = (error?: Error) => {
    atWork?.settle(error);
    atWork = undefined;
  };
  const reading = (async () => {
    for await (const line of linesOf(child.stdout)) {
      const message = messageIn(line);
      const stage = atWork?.planned.stage;
      if (message === undefined || stage === undefined) await log?.write(`${line}\n`);
      else if (message.kind !== "end") onEvent({ ...message, stage });
      else if (message.state === "done") settle();
      else {settle(
          message.state === "stopped" ? new Stopped(`Stopped in ${stage.id}`) : new Error(message.text),
        );}
    }
  })();
  const logging = (async () => {
    for await (const line of linesOf(child.stderr)) await log?.write(`${line}\n`);
  })();
  const ended = Promise.all([child.status, reading, logging]).then(([status]) => {
    signal.removeEventListener("abort", stop);
    process.off("exit", end);
    settle(signal.aborted ? new Stopped("Stopped") : new Error(causeOf(status)));
    return status;
  });
  let gone = false;
  void ended.then(() => gone = true);
  return {
    async run(planned) {
      await makeFolder(join(cacheFolder, "logs"));
      // The log before stays open till now: what its stage wrote last may come after the word that it has ended.
      await log?.close();
      log = await open(logPath(planned, cacheFolder), "a");
      await new Promise<void>((done, fail) => {
        atWork = { planned, settle: (error) => error === undefined ? done() : fail(error) };
        if (gone) return settle(new Error("its process has ended"));
        input.write(encoder.encode(`${planned.stage.id}\n`)).catch(() => {}); // it has ended: `ended` tells
      });
    },
    async close() {
      await input.close().catch(() => {}); // one that has ended closed it
      await ended;
      await log?.close();
      log = undefined;
    },
  };
}

/** Opens the slots; a process starts with the first stage that a slot gets, and anew after one that ended. */
export function localSlots(options: LocalOptions): Executor {
  const free = options.slots.map((slot) => ({ slot, worker: undefined as Worker | undefined }));
  const all = [...free];
  return {
    slots: free.length,
    logOf: (planned) => logPath(planned, options.cacheFolder),
    async run(planned) {
      const place = free.shift();
      if (place === undefined) throw new RangeError("Running a stage needs a free slot, got none");
      try {
        place.worker ??= startWorker(place.slot, options);
        await place.worker.run(planned);
      } catch (error) {
        // The next stage gets a process that knows nothing of what went wrong in this one.
        const { worker } = place;
        place.worker = undefined;
        await worker?.close();
        throw error;
      } finally {
        free.push(place);
      }
    },
    async close() {
      await Promise.all(all.map(({ worker }) => worker?.close()));
    },
  };
}
