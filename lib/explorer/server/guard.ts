/** Who may ask, and what a page may do: loopback names only, no foreign origins, no scripts but our own. */
import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

/** Names of this machine for itself. */
const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

/** Whether a Host header names this machine: a page elsewhere whose name was bent to 127.0.0.1 sends its own. */
function isLoopbackHost(host: string | undefined): boolean {
  const name = /^(\[[^\]]+\]|[^:]+)(:\d{1,5})?$/u.exec(host ?? "")?.[1];
  return name !== undefined && LOOPBACK.includes(name.toLowerCase());
}

/** Refuses requests under other names, and those that other sites' pages send. */
export const loopbackOnly: MiddlewareHandler = async (context, next) => {
  const host = context.req.header("host");
  if (!isLoopbackHost(host)) {
    return context.json({ error: "This server answers to localhost and 127.0.0.1 only" }, 421);
  }
  const origin = context.req.header("origin");
  if (origin !== undefined && origin !== `http://${host}`) {
    return context.json({ error: "This server answers its own page only" }, 403);
  }
  if (context.req.header("sec-fetch-site") === "cross-site" && context.req.path.startsWith("/api/")) {
    return context.json({ error: "This server answers its own page only" }, 403);
  }
  return await next();
};

/** Headers of every answer. `framed`: a notebook on this machine may show the page in a frame. */
export function pageHeaders({ framed }: { readonly framed: boolean }): MiddlewareHandler {
  const self = "'self'";
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [self],
      // plotly.js writes style rules and attributes; they load nothing.
      styleSrc: [self, "'unsafe-inline'"],
      imgSrc: [self, "data:", "blob:"],
      connectSrc: [self],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: framed ? ["http://localhost:*", "http://127.0.0.1:*", "vscode-webview:"] : ["'none'"],
    },
    xFrameOptions: framed ? false : "DENY",
    referrerPolicy: "no-referrer",
    crossOriginResourcePolicy: "same-origin",
    crossOriginOpenerPolicy: framed ? false : "same-origin",
    strictTransportSecurity: false,
  });
}
