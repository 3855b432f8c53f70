/// <reference lib="dom" />
/** Who answers the page's calls: the server it came from, or, on a static site, a worker of the page's own that runs the same routes. */
import type { Answered, Asked } from "../browser/answer_messages.ts";

/** A call. */
export interface Call {
  readonly method?: "GET" | "POST";
  readonly body?: string | Blob;
  readonly signal?: AbortSignal;
}

/** Answers calls by path. Rejects with an AbortError when the call is aborted, with another Error when nobody answers. */
export type Answers = (path: string, call?: Call) => Promise<Response>;

/** The server. */
const serverAnswers: Answers = async (path, { body, ...options } = {}) => {
  try {
    return await fetch(path, {
      ...options,
      ...(body === undefined ? {} : { body }),
      ...(typeof body === "string" ? { headers: { "content-type": "application/json" } } : {}),
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Error("The explorer's server does not answer; start it again with deno task explore");
  }
};

/** What an answer is put together from. */
interface Pending {
  readonly head: (response: Response) => void;
  readonly failed: (error: Error) => void;
  body?: ReadableStreamDefaultController<Uint8Array>;
}

/** A worker that runs the routes. */
export function workerAnswers(worker: Worker): Answers {
  const pending = new Map<number, Pending>();
  let asked = 0, broken: Error | undefined;

  function fail(own: Pending, error: Error): void {
    own.failed(error);
    own.body?.error(error);
  }

  worker.onmessage = ({ data }: MessageEvent<Answered>) => {
    const own = pending.get(data.id);
    if (!own) return;
    if (data.kind === "head") {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => void (own.body = controller),
        cancel: () => leave(data.id),
      });
      own.head(new Response(body, { status: data.status, headers: { "content-type": data.type } }));
    } else if (data.kind === "part") own.body?.enqueue(data.bytes);
    else {
      pending.delete(data.id);
      if (data.kind === "end") own.body?.close();
      else fail(own, new Error(data.error));
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    broken = new Error(
      `The explorer's worker did not start (${
        event.message || "its script could not be loaded"
      }); load the page again`,
    );
    for (const own of pending.values()) fail(own, broken);
    pending.clear();
  };
  const say = (message: Asked) => worker.postMessage(message);
  const leave = (id: number) => {
    if (pending.delete(id)) say({ kind: "leave", id });
  };

  return (path, { method = "GET", body, signal } = {}) =>
    new Promise((head, failed) => {
      if (broken) return failed(broken);
      signal?.throwIfAborted();
      const id = asked++;
      const own: Pending = { head, failed };
      pending.set(id, own);
      signal?.addEventListener("abort", () => {
        leave(id);
        fail(own, new DOMException("The call was aborted", "AbortError"));
      });
      say({ kind: "ask", id, path, method, ...(body === undefined ? {} : { body }) });
    });
}

/** As the page's own document says: `data-answers` names the worker's script. */
export function pageAnswers(): Answers {
  const script = document.documentElement.dataset.answers;
  if (!script) return serverAnswers;
  return workerAnswers(new Worker(new URL(script, document.baseURI), { type: "module" }));
}
