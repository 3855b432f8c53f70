/** A function without state as work. */
import type { HostParams } from "../../lib/engine/mod.ts";
import type { OpenWork } from "../timing/work.ts";

/** @param run computes the outputs, which the next run may overwrite. */
export function inferenceWork(run: () => Promise<HostParams>, dispose: () => Promise<void>): OpenWork {
  let outputs: HostParams | undefined;
  const first = async () => {
    const copies = Object.entries(await run()).map(([name, array]) =>
      [name, { ...array, data: array.data.slice() }] as const
    );
    outputs = Object.fromEntries(copies);
  };
  return {
    async run() {
      await run();
    },
    first,
    async check() {
      if (!outputs) await first();
      return { losses: [], arrays: outputs! };
    },
    dispose,
  };
}
