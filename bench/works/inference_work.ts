/** A function without state as work. */
import type { HostParams } from "../../lib/engine/mod.ts";
import type { OpenWork } from "./work.ts";

/** @param run computes the outputs, which the next run may overwrite. */
export function inferenceWork(run: () => Promise<HostParams>, dispose: () => Promise<void>): OpenWork {
  const first = async () => {
    const outputs = Object.entries(await run()).map(([name, array]) =>
      [name, { ...array, data: array.data.slice() }] as const
    );
    return { losses: [], arrays: Object.fromEntries(outputs) };
  };
  return {
    async run() {
      await run();
    },
    first,
    check: first,
    dispose,
  };
}
