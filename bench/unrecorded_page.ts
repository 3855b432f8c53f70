/**
 * A page that no tool looks over the shoulder of. A page opened by playwright has each of its requests recorded in the browser's process for
 * it, up to 100 MB with every data: URL: its memory then grows with use whatever the page does. This one is only asked to evaluate.
 */
import type { Browser } from "playwright-core";

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A page and what may be asked of it. */
export interface UnrecordedPage {
  /** Sends a command of the DevTools protocol. @throws Error with the browser's message. */
  send<T>(method: string, parameters?: Record<string, unknown>): Promise<T>;
  /** The value of an expression, awaited. @throws Error with what the page threw. */
  evaluate(expression: string): Promise<unknown>;
}

/** Opens `url` in a browser context of its own, 1280×720. */
export async function openUnrecorded(browser: Browser, url: string): Promise<UnrecordedPage> {
  const session = await browser.newBrowserCDPSession();
  // playwright takes no part in contexts that it has not made.
  const { browserContextId } = await session.send("Target.createBrowserContext");
  const size = { width: 1280, height: 720 };
  const { targetId } = await session.send("Target.createTarget", {
    url: "about:blank",
    browserContextId,
    ...size,
  });
  const { sessionId } = await session.send("Target.attachToTarget", { targetId, flatten: false });
  const waiting = new Map<number, (reply: Reply) => void>();
  session.on("Target.receivedMessageFromTarget", ({ message }) => {
    const reply: Reply = JSON.parse(message);
    if (reply.id === undefined) return;
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  let sent = 0;
  async function send<T>(method: string, params: Record<string, unknown> = {}): Promise<T> {
    const id = ++sent;
    const replied = new Promise<Reply>((resolve) => waiting.set(id, resolve));
    await session.send("Target.sendMessageToTarget", {
      sessionId,
      message: JSON.stringify({ id, method, params }),
    });
    const { result, error } = await replied;
    if (error) throw new Error(`${method} failed: ${error.message}`);
    return result as T;
  }
  async function evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await send<{
      result: { value?: unknown };
      exceptionDetails?: { text: string; exception?: { description?: string } };
    }>("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return result.value;
  }
  const { errorText } = await send<{ errorText?: string }>("Page.navigate", { url });
  if (errorText) throw new Error(`opening ${url} failed: ${errorText}`);
  // What is evaluated before the new document has come is lost with the old one.
  const loaded = `location.href !== "about:blank" && document.readyState === "complete"`;
  while (await evaluate(loaded).catch(() => false) !== true) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { send, evaluate };
}
