/** The explorer's server: its calls and its page behind a guard. Only the page's own files are served. */
import { Hono } from "hono";
import { type ApiParts, apiRoutes } from "./api_routes.ts";
import { loopbackOnly, pageHeaders } from "./guard.ts";
import type { PageFile } from "./page_files.ts";

/** What the routes work with. */
export interface ExplorerParts extends ApiParts {
  /** The page's own files by path. */
  readonly files: ReadonlyMap<string, PageFile>;
  /** Whether a notebook on this machine may show the page in a frame. */
  readonly framed: boolean;
}

/** The routes over their parts. */
export function explorerApp(parts: ExplorerParts): Hono {
  const app = new Hono();
  app.use(pageHeaders(parts), loopbackOnly);
  for (const [path, { type, content, tag }] of parts.files) {
    app.get(path, (context) => {
      const head = { "content-type": type, etag: tag, "cache-control": "no-cache" };
      return context.req.header("if-none-match") === tag
        ? context.body(null, 304, head)
        : context.body(content, 200, head);
    });
  }
  const api = apiRoutes(parts);
  app.all("*", (context) => api.fetch(context.req.raw));
  return app;
}
