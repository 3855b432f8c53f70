/** Which cores the processes side by side get. A process computes with as many threads as it is given cores. */
import { readFileSync } from "node:fs";
import { UserError } from "../../lib/engine/errors.ts";

/** Numbers in the kernel's notation of a list, e.g. "0-2,5". */
export function numbersIn(list: string): number[] {
  return list.trim().split(",").filter((part) => part !== "").flatMap((part) => {
    const [low = 0, high = low] = part.split("-").map(Number);
    return Array.from({ length: high - low + 1 }, (_, i) => low + i);
  });
}

/** The cores this process may use; undefined where the system does not tell. */
export function coresHere(): number[] | undefined {
  try {
    const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return list === undefined ? undefined : numbersIn(list);
  } catch {
    return undefined;
  }
}

/**
 * One set of cores for each of `slots`: next to each other, all of one size, the same cores twice only where there are fewer than slots.
 *
 * @param options.threads size of a set; default as many as there are for each
 * @throws UserError when so many are not there
 */
export function coreSets(
  cores: readonly number[],
  { slots, threads }: { readonly slots: number; readonly threads?: number | undefined },
): number[][] {
  const size = threads ?? Math.max(1, Math.floor(cores.length / slots));
  if (size > 1 && size * slots > cores.length) {
    throw new UserError(
      `--threads ${size} expects ${size * slots} cores for ${slots} slots, found ${cores.length}`,
    );
  }
  return Array.from(
    { length: slots },
    (_, slot) => Array.from({ length: size }, (_, i) => cores[(slot * size + i) % cores.length] as number),
  );
}
