/** Sides that run our functions: compiled, or op by op on tfjs's wasm backend; each in a Deno process of its own. */
import { fileURLToPath } from "node:url";
import type { Shapes } from "../../lib/engine/mod.ts";
import { processSide } from "./process_side.ts";
import type { Side } from "./side.ts";

const SERVER = fileURLToPath(new URL("../serve.ts", import.meta.url));

/** How our side is started. */
export interface OwnOptions {
  /** The name in the results; "tfjs" is run op by op. */
  readonly name: string;
  readonly work: string;
  readonly casePath: string;
  readonly threads: number;
  readonly shapes: Shapes;
  /** Where the process keeps compiled graphs; the usual place if absent. */
  readonly graphFolder?: string;
}

/** Starts it and waits for its first run. A step of tfjs takes seconds, so a turn of it is one. */
export function ownSide(options: OwnOptions): Promise<Side> {
  const { name, work, casePath, threads, shapes, graphFolder } = options;
  const engine = name === "tfjs" ? "tfjs" : "ours";
  return processSide({
    name,
    command: Deno.execPath(),
    args: ["run", "-A", "--no-check", SERVER, work, casePath, engine, `${threads}`],
    shapes,
    arraysPath: `${casePath}.${name}.arrays`,
    ...(graphFolder === undefined ? {} : { env: { IPADAPTER_CACHE: graphFolder } }),
    ...(engine === "tfjs" ? { runsPerTurn: 1 } : {}),
  });
}
