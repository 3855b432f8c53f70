/** `bench memory`: whether training needs more memory with time, measured in a process of its own. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { MemoryGrowth } from "./memory_growth.ts";
import { type Machine, thisMachine } from "./timing/result.ts";

/** What was measured. */
export interface MemoryResult extends MemoryGrowth {
  readonly schema: 2;
  readonly bench: "memory";
  readonly machine: Machine;
}

/** Trains for so many steps. */
export async function benchMemory({ steps }: { steps: number }): Promise<MemoryResult> {
  const script = fileURLToPath(new URL("memory_growth.ts", import.meta.url));
  const args = ["run", "-A", "--no-check", "--v8-flags=--expose-gc", script, `${steps}`];
  const { stdout } = await promisify(execFile)(Deno.execPath(), args);
  return { schema: 2, bench: "memory", machine: thisMachine(), ...JSON.parse(stdout) };
}

/** One line for a person. */
export function describeMemory({ early, late, growth }: MemoryGrowth): string {
  const figures = [early, late].map(({ step, megabytes }) => `${megabytes.toFixed(0)} MB by step ${step}`);
  return `Resident memory of a training: ${figures.join(", ")}: ${(100 * growth).toFixed(1)} % more`;
}
