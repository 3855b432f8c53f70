/** `bench start`: seconds until the adapter's training step is compiled and has run once, in fresh processes, without and with a kept graph. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atomicWrite } from "../lib/hub/mod.ts";
import { START_BARS } from "./timing/bars.ts";
import { THREADS } from "./timing/side.ts";
import { encodeCase } from "./timing/case_file.ts";
import { columns } from "./timing/columns.ts";
import { ownSide } from "./timing/own_side.ts";
import { type Machine, thisMachine } from "./timing/result.ts";
import { type Spread, spread } from "./timing/statistics.ts";
import { WORKS } from "./works/mod.ts";

/** Seconds of one kind of start. */
export interface StartTimes {
  /** Of compiling the step. */
  readonly compile: Spread;
  /** Of compiling it and running it once. */
  readonly firstStep: Spread;
  /** From the start of the process to the end of the first step. */
  readonly process: Spread;
}

/** What was measured. */
export interface StartResult {
  readonly schema: 2;
  readonly bench: "start";
  readonly batch: number;
  readonly repetitions: number;
  readonly machine: Machine;
  /** Nothing kept from an earlier run. */
  readonly cold: StartTimes;
  /** After a run of the same step. */
  readonly cached: StartTimes;
}

/** Starts the step twice a repetition: in an empty cache folder, then again in the same. */
export async function benchStart(options: {
  repetitions: number;
  batch?: number;
  notice: (text: string) => void;
}): Promise<StartResult> {
  const train = await WORKS.train.load();
  const { repetitions, batch = train.batch, notice } = options;
  const folder = mkdtempSync(join(tmpdir(), "bench-start-"));
  const seconds = { cold: [] as number[][], cached: [] as number[][] };
  try {
    const config = train.config(batch);
    const casePath = join(folder, "train.safetensors");
    await atomicWrite(casePath, encodeCase(train.makeCase(config, 1)));
    const shapes = train.checked(config);
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const graphFolder = join(folder, `cache-${repetition}`);
      for (const kind of ["cold", "cached"] as const) {
        const begin = performance.now();
        const side = await ownSide({
          ...{ name: kind, work: "train", casePath, threads: THREADS, shapes, graphFolder },
        });
        const whole = (performance.now() - begin) / 1000;
        await side.close();
        seconds[kind].push([side.openSeconds ?? NaN, side.startSeconds, whole]);
        notice(
          `${repetition + 1}/${repetitions} ${kind}: first step after ${side.startSeconds.toFixed(2)} s`,
        );
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const times = (rows: readonly number[][]): StartTimes => {
    const at = (i: number) => spread(rows.map((row) => row[i] as number));
    return { compile: at(0), firstStep: at(1), process: at(2) };
  };
  return {
    schema: 2,
    bench: "start",
    ...{ batch, repetitions, machine: thisMachine() },
    cold: times(seconds.cold),
    cached: times(seconds.cached),
  };
}

/** Lines for a person. */
export function describeStart({ cold, cached, batch, repetitions }: StartResult): string {
  const cells = ({ median, min, max }: Spread) =>
    `${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`;
  return [
    `Seconds until the adapter training step runs, batch ${batch}; ${repetitions} repetitions; wanted: compiled in ${START_BARS.compile}, a kept one stepping in ${START_BARS.cached}`,
    "",
    ...columns([
      ["start", "compiled", "first step done", "since the process began"],
      ["cold", cells(cold.compile), cells(cold.firstStep), cells(cold.process)],
      ["kept graph", cells(cached.compile), cells(cached.firstStep), cells(cached.process)],
    ]),
  ].join("\n");
}
