/** Puts the explorer on loopback. */
import { UserError } from "../../engine/mod.ts";
import { explorerApp, type ExplorerParts } from "./app.ts";

/** A running explorer. */
export interface RunningExplorer {
  /** Where its page is, on this machine only. */
  readonly url: string;
  /** Resolves when it has ended. */
  readonly finished: Promise<void>;
  /** Stops it; samplings under way are dropped. */
  close(): Promise<void>;
}

/**
 * Serves the explorer on 127.0.0.1.
 *
 * @param port 0 takes a free one.
 * @throws UserError when the port is in use or not allowed.
 */
export function serveExplorer(parts: ExplorerParts, { port }: { readonly port: number }): RunningExplorer {
  const app = explorerApp(parts);
  const abort = new AbortController();
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname: "127.0.0.1", port, signal: abort.signal, onListen: () => {} },
      (request) => app.fetch(request),
    );
  } catch (error) {
    if (error instanceof Deno.errors.AddrInUse) {
      throw new UserError(
        `Starting the explorer failed: port ${port} is in use; --port N takes another, --port 0 any that is free`,
      );
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new UserError(`Starting the explorer failed: port ${port} is not allowed; use one above 1023`);
    }
    throw error;
  }
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    finished: server.finished,
    async close() {
      abort.abort();
      await server.finished;
    },
  };
}
