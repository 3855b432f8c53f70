/** The second thread: opens and runs sessions as {@link Request}s come. */
import { UserError } from "./errors.ts";
import type { Answer, Request } from "./second_thread.ts";
import { openSession, type Session } from "./session.ts";

interface Scope {
  onmessage: ((event: MessageEvent<{ id: number; request: Request }>) => void) | null;
  postMessage(message: Answer, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
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

scope.onmessage = async ({ data: { id, request } }) => {
  try {
    const value = await answer(request);
    const buffers = request.kind === "run"
      ? [...new Set(Object.values(request.fetches).map(({ data }) => data.buffer as ArrayBuffer))]
      : [];
    scope.postMessage({ id, value }, buffers);
  } catch (error) {
    scope.postMessage({ id, error: String((error as Error).message), user: error instanceof UserError });
  }
};
