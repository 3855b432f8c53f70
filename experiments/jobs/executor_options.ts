/** Options that say where stages are computed. */
import { UserError } from "../../lib/engine/errors.ts";
import { oneOf, wholeNumber } from "../setting/command_line.ts";
import type { Device } from "../setting/experiment.ts";
import { coreSets, coresHere } from "./core_sets.ts";
import type { Slot } from "./local_slots.ts";
import { SLURM_HELP, SLURM_OPTIONS } from "./slurm_options.ts";

/** Names of the executors. */
const EXECUTORS = ["local", "slurm"] as const;
export type ExecutorName = (typeof EXECUTORS)[number];

/** The options, for the table of a command line. */
export const EXECUTOR_OPTIONS = {
  executor: "value",
  slots: "value",
  threads: "value",
  devices: "value",
  ...SLURM_OPTIONS,
} as const;

type Values = ReadonlyMap<string, string>;

/** Their help. */
export const EXECUTOR_HELP =
  `  --executor local|slurm       where stages are computed: on this machine (default), or by a cluster
  --slots N                    compute N stages at a time, each in a process of its own (default: one, in this process; on the CPU
                               of Linux at the mini scale, beyond smoke, as many as there are cores, 8 at most)
  --threads T                  cores, and so threads, of each slot (default: all cores shared out); results depend on it
  --devices cuda:0,cuda:1      one device for each slot
${SLURM_HELP}`;

const MOST_SLOTS = 256;

/** Most slots, and bytes of memory for each, unless others are asked for. */
const USUAL = { most: 8, memory: 2 * 2 ** 30 };

/** How many stages of the mini scale a machine computes at a time unless told: one on a core, for that is faster than several cores for one. */
export function usualSlots({ cores, memory }: { readonly cores: number; readonly memory: number }): number {
  return Math.max(1, Math.min(cores, USUAL.most, Math.floor(memory / USUAL.memory)));
}

/** The kind of device in a list such as "cuda:0,cuda:1", and the number of each. */
function devicesIn(list: string): { readonly device: Device; readonly numbers: readonly string[] } {
  const found = list.split(",").map((each) => /^(cuda):(\d+)$/.exec(each.trim()));
  if (found.includes(null)) {
    throw new UserError(`--devices expects a list such as cuda:0,cuda:1, got "${list}"`);
  }
  return { device: "cuda", numbers: found.map((match) => match?.[2] as string) };
}

/** The device that stages are computed on as `--devices` says, undefined where it is not given. @throws UserError when --device says another */
export function deviceOf(values: Values): Device | undefined {
  const list = values.get("devices");
  if (list === undefined) return undefined;
  const { device } = devicesIn(list);
  const other = values.get("device");
  if (other !== undefined && other !== device) {
    throw new UserError(`--devices ${list} expects --device ${device}, got --device ${other}`);
  }
  return device;
}

/**
 * The executor that is asked for.
 *
 * @throws UserError when an option of the other one is given
 */
export function executorOf(values: Values, flags: ReadonlySet<string>): ExecutorName {
  const name = oneOf("--executor", values.get("executor") ?? "local", EXECUTORS);
  const others = name === "slurm" ? ["slots", "devices"] : Object.keys(SLURM_OPTIONS);
  const other = others.find((each) => values.has(each) || flags.has(each));
  if (other === undefined) return name;
  const [needed] = EXECUTORS.filter((each) => each !== name);
  throw new UserError(`--${other} expects --executor ${needed}, got --executor ${name}`);
}

/**
 * The slots that are asked for; undefined where everything is computed in this process.
 *
 * @param usual how many there are when none are asked for, where the system allows any
 */
export async function slotsOf(values: Values, usual = 1): Promise<Slot[] | undefined> {
  const [slots, threads, list] = ["slots", "threads", "devices"].map((name) => values.get(name));
  if (slots === undefined && threads === undefined && list === undefined) {
    const cores = coresHere();
    if (usual < 2 || cores === undefined || cores.length < usual || !await hasTaskset()) return undefined;
    return coreSets(cores, { slots: usual }).map((set): Slot => ({ cores: set, env: {} }));
  }
  const numbers = list === undefined ? undefined : devicesIn(list).numbers;
  const count = slots === undefined
    ? numbers?.length ?? 1
    : wholeNumber("--slots", slots, { low: 1, high: MOST_SLOTS });
  if (numbers !== undefined && count > numbers.length) {
    throw new UserError(
      `--slots ${count} expects a device for each, got ${numbers.length} in --devices ${list}`,
    );
  }
  const cores = coresHere();
  if (cores === undefined || !await hasTaskset()) {
    throw new UserError(
      "Slots expect Linux with taskset (package util-linux), which gives each its cores, found none",
    );
  }
  const size = threads === undefined ? undefined : wholeNumber("--threads", threads, { low: 1, high: 1024 });
  if (size !== undefined && size > cores.length) {
    throw new UserError(`--threads ${size} expects as many cores, found ${cores.length}`);
  }
  return coreSets(cores, { slots: count, threads: size }).map((set, i): Slot => {
    const number = numbers?.[i];
    return { cores: set, env: number === undefined ? {} : { CUDA_VISIBLE_DEVICES: number } };
  });
}

async function hasTaskset(): Promise<boolean> {
  try {
    return (await new Deno.Command("taskset", { args: ["--version"], stdout: "null", stderr: "null" })
      .output())
      .success;
  } catch {
    return false;
  }
}
