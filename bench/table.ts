/** The README's tables: a pure function of the kept results. */
import { type Bench, BENCHES } from "./benches.ts";
import { type Bars, LINEAR_BAR, RATE_SHARE_BAR, START_BARS, verdict } from "./timing/bars.ts";
import type { MemoryResult } from "./memory.ts";
import type { PaperResult } from "./paper/bench_paper.ts";
import { paperSection } from "./paper/paper_table.ts";
import type { BenchResult, Comparison, SideResult } from "./timing/result.ts";
import type { ScalingResult } from "./scaling.ts";
import type { StartResult } from "./start.ts";
import type { Spread } from "./timing/statistics.ts";

/** Whatever a bench keeps. */
export type AnyResult = BenchResult | ScalingResult | StartResult | MemoryResult | PaperResult;

/** Milliseconds with three digits, seconds from ten of them. */
function time(ms: number): string {
  return ms >= 10_000
    ? `${(ms / 1000).toPrecision(3)} s`
    : `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)} ms`;
}

const mark = (met: boolean) => met ? "met" : "missed";
const ratio = (value: number) => value.toFixed(2);
const percent = (share: number, digits = 0) => `${(100 * share).toFixed(digits)} %`;

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function memoryCell(bars: Bars, comparison: Comparison, ours: SideResult, peer: SideResult): string {
  const bar = bars.memory?.[comparison.peer];
  const sizes = `${Math.round(ours.peakMemoryMiB)} / ${Math.round(peer.peakMemoryMiB)} MiB`;
  return bar === undefined ? sizes : `${sizes}, ≥ ${bar} ${mark(comparison.memoryRatio >= bar)}`;
}

function workRows(
  { title, batch, sides, comparisons }: BenchResult,
  bars: Bars,
): string[][] {
  const [ours, ...peers] = sides;
  if (!ours) return [];
  const name = `${title}; ${batch}`;
  if (comparisons.length === 0) {
    return [[name, "none", time(ours.median), "", "", "", `${Math.round(ours.peakMemoryMiB)} MiB`]];
  }
  return comparisons.map((comparison, i) => {
    const peer = peers[i] as SideResult;
    const { bar, met } = verdict(bars, comparison.peer, comparison.ratio.median);
    const { median, min, max } = comparison.ratio;
    return [
      name,
      comparison.peer,
      time(ours.median),
      time(peer.median),
      `${ratio(median)} (${ratio(min)} to ${ratio(max)})`,
      bar === undefined ? "" : `≥ ${bar} ${mark(met ?? false)}`,
      memoryCell(bars, comparison, ours, peer),
    ];
  });
}

function rateRows(works: readonly BenchResult[]): string[][] {
  return works.flatMap(({ title, batch, rate }) =>
    rate
      ? [[
        `${title}; ${batch}`,
        rate.gigaflop.toFixed(1),
        rate.gigaflops.toFixed(0),
        rate.machine.toFixed(0),
        `${percent(rate.share)}, ≥ ${percent(RATE_SHARE_BAR)} ${mark(rate.share >= RATE_SHARE_BAR)}`,
      ]]
      : []
  );
}

function conditions(works: readonly BenchResult[]): string {
  const { cpu, cores, system } = works[0]!.machine;
  const versions = new Map<string, string>();
  for (const { sides } of works) {
    for (const { name, threads, versions: own } of sides) {
      const packages = Object.entries(own).map((entry) => entry.join(" ")).join(", ");
      versions.set(name, `${name}: ${packages}; ${threads} thread${threads === 1 ? "" : "s"}`);
    }
  }
  const counts = [...new Set(works.map(({ repetitions }) => repetitions))].sort((a, b) => a - b);
  return [
    `Medians of ${
      counts.join(" or ")
    } repetitions in turn, mini scale, on ${cpu}, ${cores} cores, ${system}; in brackets the range of the`,
    `repetitions' ratios. Memory is each process's peak, ours / the peer's. A ratio above 1 means that we are faster, or need less.`,
    "",
    ...[...versions.values()].map((line) => `* ${line}`),
  ].join("\n");
}

function scalingSection({ rows }: ScalingResult): string {
  const worst = Math.max(...rows.map(({ deviation }) => Math.abs(deviation)));
  return [
    "",
    `Adapter training step by batch; within ${percent(LINEAR_BAR)} of linear ${mark(worst <= LINEAR_BAR)}:`,
    "",
    markdown(
      ["batch", "step", "a sample", "from linear"],
      rows.map(({ batch, median, deviation }) => [
        `${batch}`,
        time(median),
        time(median / batch),
        percent(deviation, 1),
      ]),
    ),
  ].join("\n");
}

function startSection({ cold, cached }: StartResult): string {
  const seconds = ({ median, min, max }: Spread) => `${ratio(median)} s (${ratio(min)} to ${ratio(max)})`;
  const [compile, first] = [cold.compile.median, cached.firstStep.median];
  return [
    "",
    markdown(["start of a training", "compiled", "first step done", "since the process began"], [
      ["nothing kept", seconds(cold.compile), seconds(cold.firstStep), seconds(cold.process)],
      ["graph kept", seconds(cached.compile), seconds(cached.firstStep), seconds(cached.process)],
    ]),
    "",
    `Compiled within ${START_BARS.compile} s: ${
      mark(compile <= START_BARS.compile)
    }; a kept step runs within ${START_BARS.cached} s: ${mark(first <= START_BARS.cached)}.`,
  ].join("\n");
}

function memorySection({ early, late, growth }: MemoryResult): string {
  return `\nMemory of a training: ${early.megabytes.toFixed(0)} MB after ${early.step} steps, ${
    late.megabytes.toFixed(0)
  } MB after ${late.step} (${percent(growth, 1)} more).`;
}

/** All results as Markdown; works in the order of the command line, then rates, scaling, start and memory. */
export function tableOf(
  results: readonly AnyResult[],
  benches: Readonly<Record<string, Bench>> = BENCHES,
): string {
  const order = Object.keys(benches);
  const works = results.filter((each): each is BenchResult => "sides" in each)
    .toSorted((a, b) => order.indexOf(a.bench) - order.indexOf(b.bench));
  const find = <Kind extends AnyResult>(name: string) =>
    results.filter((each) => each.bench === name) as unknown as Kind[];
  const rates = rateRows(works);
  return [
    ...(works.length === 0 ? [] : [
      markdown(
        ["work; samples", "peer", "ours", "peer's", "ratio (range)", "bar", "memory"],
        works.flatMap((each) => workRows(each, benches[each.bench]?.bars ?? {})),
      ),
      "",
      conditions(works),
    ]),
    ...(rates.length === 0
      ? []
      : ["", markdown(["work; samples", "GFLOP", "GFLOP/s", "matrix product's GFLOP/s", "share"], rates)]),
    ...find<ScalingResult>("scaling").map(scalingSection),
    ...find<StartResult>("start").map(startSection),
    ...find<MemoryResult>("memory").map(memorySection),
    ...find<PaperResult>("paper").map(paperSection),
  ].join("\n").trimStart() + "\n";
}
