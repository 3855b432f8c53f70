/** The second thread: opens and runs sessions as {@link Request}s come. */
import { workerData } from "node:worker_threads";
import { UserError } from "./errors.ts";
import { buffersOf } from "./moved_arrays.ts";
import type { Answer, Request } from "./second_thread.ts";
import { openSession, type Session } from "./session.ts";

const { port } = workerData as { port: MessagePort };
const sessions = new Map<number, Session>();

async function answer(request: Request): Promise<unknown> {
  if (request.kind === "open") {
    const session = await openSession(request.model, request.options);
    const id = sessions.size === 0 ? 0 : Math.max(...sessions.keys()) + 1;
    sessions.set(id, session);
    return { session: id, inputNames: [...session.inputNames] };
  }
  const session = sessions.get(request.session) as Session;
  if (request.kind === "run") return session.run(request.feeds, request.fetches);
  sessions.delete(request.session);
  return session.release();
}

port.onmessage = async ({ data: { id, request } }: MessageEvent<{ id: number; request: Request }>) => {
  try {
    const value = await answer(request);
    const [feeds, fetches] = request.kind === "run"
      ? [buffersOf(request.feeds), buffersOf(request.fetches)]
      : [[], []];
    port.postMessage({ id, value, feeds } satisfies Answer, [...feeds, ...fetches]);
  } catch (error) {
    const message = String((error as Error).message);
    port.postMessage({ id, error: message, user: error instanceof UserError } satisfies Answer);
  }
};
