/** A plain static host on loopback, for tests and measurements: files of a folder below a path, and no header beyond their type. */
import { Hono } from "hono";
import { serveStatic } from "hono/deno";

/** A running host. */
export interface StaticHost {
  /** Where the folder is. */
  readonly url: string;
  /** Paths that were asked for and are no files. */
  readonly missing: readonly string[];
  /** Stops it. */
  close(): Promise<void>;
}

/** Serves `folder` below `/demo/`: a site must not depend on being at a host's root. */
export function hostFolder(folder: string): StaticHost {
  const missing: string[] = [];
  const app = new Hono();
  app.use(
    "/demo/*",
    serveStatic({ root: folder, rewriteRequestPath: (path) => path.slice("/demo".length) }),
  );
  app.notFound((context) => {
    missing.push(context.req.path);
    return context.text("not found", 404);
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => app.fetch(request),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/demo/`,
    missing,
    close: () => server.shutdown(),
  };
}
