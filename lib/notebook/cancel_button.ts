/**
 * A button that stops a job. The Deno kernel has no channel from the page to a running cell (comm messages are ignored) and its interrupt
 * does not reach a cell that awaits, so the button posts to an address on this machine that the job listens on while it runs. Where the
 * page is on another machine than the kernel, the address can be posted to from a terminal there.
 */
import type { MediaBundle } from "../plots/mod.ts";

/** An address that cancels. */
export interface CancelAddress {
  /** http://127.0.0.1:PORT/TOKEN; a POST cancels, nothing else does. */
  readonly url: string;
  /** Stops listening. */
  close(): Promise<void>;
}

/** Listens on loopback until closed; `onCancel` is called at each POST that knows the token. */
export function openCancelAddress(onCancel: () => void): CancelAddress {
  // A secret, not a random number of an experiment: other pages in the browser must not guess it.
  const path = `/${crypto.randomUUID()}`;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    if (new URL(request.url).pathname !== path) return new Response(null, { status: 404 });
    if (request.method !== "POST") return new Response("POST cancels the job\n", { status: 405 });
    onCancel();
    return new Response(null, { status: 204 });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}${path}`,
    close: () => server.shutdown(),
  };
}

/** The button. It needs no script: without one its form posts into a hidden frame. */
export function cancelButton(url: string): MediaBundle {
  const frame = `cancel-${url.split("/").at(-1)}`;
  const click = `fetch('${url}',{method:'POST',mode:'no-cors'});this.disabled=true;` +
    `this.textContent='Cancelling …';return false`;
  return {
    "text/html": `<form method="post" action="${url}" target="${frame}" style="margin:0">` +
      `<button type="submit" onclick="${click}">Cancel</button></form>` +
      `<iframe name="${frame}" hidden title="answer to the cancel button"></iframe>`,
    "text/plain": `To cancel: curl -X POST ${url}`,
  };
}
