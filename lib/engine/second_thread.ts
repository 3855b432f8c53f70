/**
 * Sessions in a second thread. onnxruntime runs a graph to its end before JavaScript goes on, so two graphs run side by side only from two
 * threads. One worker serves all such sessions; it starts with the first and ends with the last.
 */
import { MessageChannel, Worker } from "node:worker_threads";
import { UserError } from "./errors.ts";
import { buffersOf, copiedArrays } from "./moved_arrays.ts";
import type { Session, SessionArray, SessionOptions } from "./session.ts";

type Arrays = Readonly<Record<string, SessionArray>>;

/** What the second thread is asked. */
export type Request =
  | { readonly kind: "open"; readonly model: Uint8Array; readonly options: SessionOptions }
  | { readonly kind: "run"; readonly session: number; readonly feeds: Arrays; readonly fetches: Arrays }
  | { readonly kind: "release"; readonly session: number };

/** What it answers; the memory of a run's feeds comes back with its results. */
export type Answer =
  | { readonly id: number; readonly value: unknown; readonly feeds?: readonly ArrayBuffer[] }
  | { readonly id: number; readonly error: string; readonly user: boolean };

type Done = Extract<Answer, { value: unknown }>;

/** A port with the web's `onmessage`: node's own "message" events take half a second per 16 MB under Deno 2.9. */
type Port = MessagePort & { ref(): void; unref(): void };

interface Thread {
  readonly worker: Worker;
  readonly port: Port;
  readonly waiting: Map<number, { resolve(answer: Done): void; reject(error: Error): void }>;
  sessions: number;
  requests: number;
}

let thread: Thread | undefined;

function start(): Thread {
  const channel = new MessageChannel();
  const port = channel.port1 as unknown as Port;
  const worker = new Worker(new URL("./session_worker.ts", import.meta.url), {
    workerData: { port: channel.port2 },
    transferList: [channel.port2],
  });
  // An idle second thread keeps no process alive; a busy one does.
  worker.unref();
  const waiting: Thread["waiting"] = new Map();
  port.onmessage = ({ data }: MessageEvent<Answer>) => {
    const promise = waiting.get(data.id);
    waiting.delete(data.id);
    if (waiting.size === 0) port.unref();
    if ("error" in data) promise?.reject(data.user ? new UserError(data.error) : new Error(data.error));
    else promise?.resolve(data);
  };
  worker.on("error", (error: Error) => {
    for (const { reject } of waiting.values()) {
      reject(new Error(`The second thread stopped: ${error.message}`));
    }
    waiting.clear();
    if (thread?.worker === worker) thread = undefined;
  });
  return { worker, port, waiting, sessions: 0, requests: 0 };
}

function ask(request: Request, transfer: ArrayBuffer[] = []): Promise<Done> {
  const { port, waiting } = thread as Thread;
  const id = (thread as Thread).requests++;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    port.ref();
    port.postMessage({ id, request }, transfer);
  });
}

function leave(): void {
  if (!thread || --thread.sessions > 0) return;
  thread.port.close();
  void thread.worker.terminate();
  thread = undefined;
}

/**
 * Opens an ONNX graph in the second thread. Feeds are copied there; the memory of `fetches` goes there and back and is detached from the
 * arrays that were given.
 */
export async function openSecondSession(model: Uint8Array, options: SessionOptions): Promise<Session> {
  thread ??= start();
  thread.sessions++;
  let opened: { session: number; inputNames: string[] };
  try {
    opened = (await ask({ kind: "open", model, options })).value as typeof opened;
  } catch (error) {
    leave();
    throw error;
  }
  const { session, inputNames } = opened;
  /** Memory that came back with the last results: the next feeds' copies take it. */
  let spare: ArrayBuffer[] = [];
  return {
    inputNames,
    moves: true,
    async run(feeds, fetches) {
      const copies = copiedArrays(feeds, spare);
      const request = { kind: "run", session, feeds: copies, fetches } as const;
      const done = await ask(request, [...buffersOf(copies), ...buffersOf(fetches)]);
      spare = [...done.feeds ?? []];
      return done.value as Record<string, SessionArray["data"]>;
    },
    async release() {
      await ask({ kind: "release", session });
      leave();
    },
  };
}
