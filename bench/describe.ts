/** A result as lines for a person. */
import { AGREEMENT_BAR, NORM_BAR } from "./timing/agreement.ts";
import { type Bars, verdict } from "./timing/bars.ts";
import { columns } from "./timing/columns.ts";
import type { BenchResult } from "./timing/result.ts";

const short = (error: number) => error.toExponential(1);

/** One paragraph: who took how long, by how much, and how far the results are apart. */
export function describeBench(result: BenchResult, bars: Bars): string {
  const { bench, title, run, batch, repetitions, sides, comparisons, rate, machine } = result;
  const lines = [
    `${bench}: ${title}; mini scale, batch ${batch}`,
    `milliseconds for ${run}; ${repetitions} repetitions in turn; ${machine.cpu}, ${machine.cores} cores`,
    "",
    ...columns([
      ["side", "median", "min", "max", "quartiles", "threads", "peak memory", "start"],
      ...sides.map(({ name, median, min, max, quartiles, threads, peakMemoryMiB, startSeconds }) => [
        name,
        ...[median, min, max].map((ms) => ms.toFixed(1)),
        quartiles.map((ms) => ms.toFixed(1)).join(" to "),
        `${threads}`,
        `${Math.round(peakMemoryMiB)} MiB`,
        `${startSeconds.toFixed(1)} s`,
      ]),
    ]),
    "",
  ];
  for (const { peer, ratio, agreement } of comparisons) {
    const { bar, met } = verdict(bars, peer, ratio.median);
    lines.push(
      `${peer} / ours: ${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${
        ratio.max.toFixed(2)
      } by repetition; above 1 we are faster)${
        bar === undefined ? "" : `; at least ${bar} wanted: ${met ? "met" : "missed"}`
      }`,
    );
    if (agreement) {
      lines.push(
        `  relative difference: loss ${short(agreement.loss)}, gradients or outputs ${
          short(agreement.arrays)
        } (bar ${AGREEMENT_BAR}), gradient norm ${short(agreement.norm)} (bar ${NORM_BAR})`,
      );
    }
  }
  if (rate) {
    lines.push(
      `${rate.gigaflops.toFixed(0)} GFLOP/s of the machine's ${
        rate.machine.toFixed(0)
      } in one matrix product: ${(100 * rate.share).toFixed(0)} % (${rate.gigaflop.toFixed(1)} GFLOP ${run})`,
    );
  }
  for (const { name, versions } of sides) {
    lines.push(`${name}: ${Object.entries(versions).map((entry) => entry.join(" ")).join(", ")}`);
  }
  return lines.join("\n");
}
