/** The paper's scale as Markdown: a pure function of its kept result. */
import type { PaperResult } from "./bench_paper.ts";

const seconds = (ms: number) => `${(ms / 1000).toPrecision(3)} s`;
const mark = (met: boolean) => met ? "met" : "missed";
/** GB of MiB. */
const gigabytes = (mebibytes: number) => mebibytes * 1024 ** 2 / 1e9;

/** A row a part, then the conditions. */
export function paperSection({ rows, device, threads }: PaperResult): string {
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
  ].join("\n");
}
