/** What several stages of one process use, made once, and how every program of a stage is compiled. */
import { join } from "node:path";
import type { CompileOptions } from "../../lib/engine/mod.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";
import type { Device } from "../setting/experiment.ts";
import { once } from "./once.ts";

/** Folder of derived files of this process, unless a command says another. */
export const CACHE: string = cacheFolder();

/** Options of every compiled program on a device. */
export function onDevice(device: Device): CompileOptions {
  return { device, cache: join(CACHE, "graphs") };
}

const made = new Map<string, () => Promise<unknown>>();

/** What was made under a name in this process, else what `make` gives; a failure is not kept. */
export function shared<T>(name: string, make: () => Promise<T>): Promise<T> {
  const known = made.get(name) ?? once(make);
  made.set(name, known);
  return known() as Promise<T>;
}
