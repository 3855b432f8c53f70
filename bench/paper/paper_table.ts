/** The paper's scale as Markdown: a pure function of its kept result. */
import type { PaperResult, WholeRun } from "./bench_paper.ts";

const seconds = (ms: number) => `${(ms / 1000).toPrecision(3)} s`;
const mark = (met: boolean) => met ? "met" : "missed";
/** GB of MiB. */
const gigabytes = (mebibytes: number) => mebibytes * 1024 ** 2 / 1e9;

/** Most gigabytes that the whole run is to take, and how far a sample may be from a step of batch 1 by itself. */
const BARS = { gigabytes: 22, apart: 0.05 };

/** What the run did, and how it stands to the parts. */
function wholeRunText(
  { encode, train, score, gigabytes: peaks, loadBefore }: WholeRun,
  rows: PaperResult["rows"],
): string[] {
  const peak = Math.max(peaks.killed, peaks.resumed);
  const step = rows.find(({ part }) => part === "train")?.ours.median;
  const ratio = step === undefined ? undefined : 1000 * train.secondsPerSample / step;
  return [
    `A whole run on random weights: ${encode.items} pairs encoded in ${
      seconds(1000 * encode.seconds)
    }, ${train.steps} steps of batch ${train.batch} in parts of one sample, killed by`,
    `SIGKILL after step ${train.killedAfter} and gone on with, ${
      seconds(1000 * train.secondsPerSample)
    } a sample${
      ratio === undefined
        ? ""
        : `, ${ratio.toFixed(3)} of a step by itself (${1 - BARS.apart} to ${1 + BARS.apart} ${
          mark(Math.abs(ratio - 1) <= BARS.apart)
        })`
    }; ${score.items} pictures of ${score.samplerSteps} steps scored in ${seconds(1000 * score.seconds)};`,
    `${peak.toFixed(1)} GB at the peak, ≤ ${BARS.gigabytes} ${mark(peak <= BARS.gigabytes)}${
      loadBefore > 0.5 ? `; load average before: ${loadBefore.toFixed(1)}` : ""
    }.`,
  ];
}

/** A row a part, then the conditions. */
export function paperSection({ rows, wholeRun, device, threads }: PaperResult): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const head = [
    "full size, random weights",
    "load and compile",
    "a run",
    "GFLOP/s",
    "peak memory",
    "pytorch eager",
    "its peak",
  ];
  return [
    "",
    line(head),
    line(head.map(() => "---")),
    ...rows.map(({ title, ours, gigaflop, memoryBar, peer }) => {
      const peak = gigabytes(ours.peakMemoryMiB);
      return line([
        title,
        seconds(1000 * ours.openSeconds),
        `${seconds(ours.median)}, processor ${seconds(1000 * ours.processor)}`,
        (gigaflop / (ours.median / 1000)).toFixed(0),
        `${peak.toFixed(1)} GB, ≤ ${memoryBar} ${mark(peak <= memoryBar)}`,
        peer
          ? `${seconds(peer.median)}: ${peer.ratio.toFixed(2)}, ≥ 1 ${
            mark(peer.ratio >= 1)
          }; processor time ${peer.processorRatio.toFixed(2)}`
          : "",
        peer ? `${gigabytes(peer.peakMemoryMiB).toFixed(1)} GB` : "",
      ]);
    }),
    "",
    `Stable Diffusion 1.5 at 512×512, the paper's Instruct adapter, ViT-H/14; weights in half precision on disk, computed in float32 on ${device}, ${threads}`,
    `threads; medians of the runs behind the first, each part alone in a process of its own.${
      rows.some(({ loadBefore }) => loadBefore === null || loadBefore > 0.5)
        ? ` Other work ran beside it (load average before: ${
          rows.map(({ loadBefore }) => loadBefore?.toFixed(1) ?? "not taken").join(", ")
        }).`
        : ""
    }`,
    ...wholeRun ? ["", ...wholeRunText(wholeRun, rows)] : [],
  ].join("\n");
}
