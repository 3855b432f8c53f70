/** `bench scaling`: the adapter's training step at several batch sizes, timed in turn. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atomicWrite } from "../lib/hub/mod.ts";
import { LINEAR_BAR } from "./timing/bars.ts";
import { encodeCase } from "./timing/case_file.ts";
import { columns } from "./timing/columns.ts";
import { interleave } from "./timing/interleave.ts";
import { ownSide } from "./timing/own_side.ts";
import { type Machine, thisMachine } from "./timing/result.ts";
import { type Side, THREADS } from "./timing/side.ts";
import type { Spread } from "./timing/statistics.ts";
import { WORKS } from "./works/mod.ts";

/** One batch size. Times are milliseconds a step. */
export interface ScalingRow extends Spread {
  readonly batch: number;
  /** Milliseconds a sample over those at {@link REFERENCE}, less 1: how far from linear. */
  readonly deviation: number;
}

/** What was measured. */
export interface ScalingResult {
  readonly schema: 2;
  readonly bench: "scaling";
  readonly repetitions: number;
  readonly machine: Machine;
  readonly rows: readonly ScalingRow[];
}

const BATCHES = [8, 16, 32, 64, 128] as const;
/** The batch that the others are compared with: the experiments'. */
export const REFERENCE = 32;

/** Deviation from linear of each batch's time. @throws RangeError without the reference batch. */
export function scalingRows(timings: readonly (Spread & { batch: number })[]): ScalingRow[] {
  const reference = timings.find(({ batch }) => batch === REFERENCE);
  if (!reference) throw new RangeError(`scalingRows() needs batch ${REFERENCE} among the timings, got none`);
  const each = reference.median / REFERENCE;
  return timings.map(({ batch, median, min, max, quartiles }) => ({
    ...{ batch, median, min, max, quartiles },
    deviation: median / batch / each - 1,
  }));
}

/** Times the step at every batch size. `batches` must have {@link REFERENCE}. */
export async function benchScaling(options: {
  repetitions: number;
  batches?: readonly number[];
  notice: (text: string) => void;
}): Promise<ScalingResult> {
  const { repetitions, batches = BATCHES, notice } = options;
  const train = await WORKS.train.load();
  const folder = mkdtempSync(join(tmpdir(), "bench-scaling-"));
  const sides: Side[] = [];
  try {
    for (const batch of batches) {
      const config = train.config(batch);
      const casePath = join(folder, `${batch}.safetensors`);
      await atomicWrite(casePath, encodeCase(train.makeCase(config, 1)));
      const shapes = train.checked(config);
      sides.push(
        await ownSide({ name: `batch ${batch}`, work: "train", casePath, threads: THREADS, shapes }),
      );
      notice(`batch ${batch} ready`);
    }
    const timings = await interleave(sides, {
      repetitions,
      runs: 3,
      pause: 50,
      onTurn: ({ side, repetition, ms }) =>
        notice(`${repetition}/${repetitions} ${side}: ${ms.toFixed(1)} ms`),
    });
    const rows = scalingRows(timings.map((timing, i) => ({ ...timing, batch: batches[i] as number })));
    return { schema: 2, bench: "scaling", repetitions, machine: thisMachine(), rows };
  } finally {
    for (const side of sides) await side.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lines for a person. */
export function describeScaling({ rows, repetitions }: ScalingResult): string {
  return [
    `Adapter training step by batch; milliseconds; ${repetitions} repetitions in turn; at most ${
      100 * LINEAR_BAR
    } % from linear wanted`,
    "",
    ...columns([
      ["batch", "median", "min", "max", "a sample", "from linear"],
      ...rows.map(({ batch, median, min, max, deviation }) => [
        `${batch}`,
        ...[median, min, max].map((ms) => ms.toFixed(1)),
        (median / batch).toFixed(2),
        `${(100 * deviation).toFixed(1)} %`,
      ]),
    ]),
  ].join("\n");
}
