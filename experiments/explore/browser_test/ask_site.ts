/// <reference lib="dom" />
/** Asks a static explorer's worker from a test, as its page does. */
import type { Page } from "playwright-core";
import type { Answered, Asked } from "../../../lib/explorer/browser/answer_messages.ts";

/** The text of an answer by a fresh worker of the site that the page is on. */
export async function askSite(page: Page, path: string, body?: unknown): Promise<string> {
  return await page.evaluate(async ([path, body]) => {
    const shared = globalThis as unknown as { tested?: Worker; asked?: number };
    const worker = shared.tested ??= new Worker(new URL("worker.js", document.baseURI), { type: "module" });
    const id = shared.asked = (shared.asked ?? 0) + 1;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    return await new Promise<string>((resolve, reject) => {
      worker.onerror = (event) => reject(new Error(event.message));
      worker.onmessage = ({ data }: MessageEvent<Answered>) => {
        if (data.id !== id) return;
        if (data.kind === "failed") reject(new Error(data.error));
        if (data.kind === "part") parts.push(data.bytes);
        if (data.kind === "end") resolve(new Blob(parts).text());
      };
      const asked: Asked = {
        kind: "ask",
        id,
        path: path!,
        ...(body === undefined ? { method: "GET" } : { method: "POST", body }),
      };
      worker.postMessage(asked);
    });
  }, [path, body === undefined ? undefined : JSON.stringify(body)]);
}
