/** The worker's end: the explorer's routes answer what the page asks. */
import type { Answered, Asked } from "./answer_messages.ts";

/** Routes: what a server gives to its listener. */
export interface Routes {
  fetch(request: Request): Response | Promise<Response>;
}

/** The side of a channel that asks come from. */
export interface AskedPort {
  onmessage: ((event: MessageEvent) => void) | null;
  postMessage(message: Answered): void;
}

/** A host for addresses that never leave the worker. */
const HERE = "http://localhost";

const message = (error: unknown) => error instanceof Error ? error.message : String(error);

/** Answers by `routes`, which may still be on their way: what is asked before waits for them. */
export function answerRequests(port: AskedPort, routes: Promise<Routes>): void {
  const open = new Map<number, AbortController>();

  async function answer({ id, path, method, body }: Asked & { kind: "ask" }): Promise<void> {
    const left = new AbortController();
    open.set(id, left);
    try {
      const request = new Request(new URL(path, HERE), { method, ...(body === undefined ? {} : { body }) });
      const response = await (await routes).fetch(request);
      if (left.signal.aborted) return void response.body?.cancel();
      const { status, headers } = response;
      port.postMessage({ kind: "head", id, status, type: headers.get("content-type") ?? "" });
      const reader = response.body?.getReader();
      left.signal.addEventListener("abort", () => reader?.cancel().catch(() => {}));
      for (;;) {
        const { value, done } = await reader?.read() ?? { done: true, value: undefined };
        if (done || left.signal.aborted) break;
        port.postMessage({ kind: "part", id, bytes: Uint8Array.from(value!) });
      }
      port.postMessage({ kind: "end", id });
    } catch (error) {
      port.postMessage({ kind: "failed", id, error: message(error) });
    } finally {
      open.delete(id);
    }
  }

  port.onmessage = ({ data }: MessageEvent<Asked>) => {
    if (data.kind === "leave") open.get(data.id)?.abort();
    else answer(data);
  };
}
