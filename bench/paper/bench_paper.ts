/**
 * `bench paper`: the parts at full size with random weights. Every part and the peer has a process of its own, one after the other: two of them together would
 * not fit into the memory that is asked of one.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import type { Device } from "../../lib/engine/compile.ts";
import { checkDevice, readSafetensors } from "../../lib/engine/mod.ts";
import { compareChecks } from "../timing/agreement.ts";
import { THREADS } from "../timing/side.ts";
import { Conversation } from "../timing/conversation.ts";
import { countingEngine } from "../timing/count_flops.ts";
import { columns } from "../timing/columns.ts";
import { pytorchCommand } from "../timing/pytorch_side.ts";
import { type Machine, thisMachine } from "../timing/result.ts";
import { median } from "../timing/statistics.ts";
import { prepareCase } from "./case_folder.ts";
import type { PartReport, PartRequest } from "./part_process.ts";
import { PAPER_PARTS, type PaperPart } from "./part_names.ts";
import { PARTS } from "./parts.ts";

/** What one process of a part reported. */
export interface PaperSide extends PartReport {
  readonly median: number;
  /** Median processor time, seconds. */
  readonly processor: number;
}

/** A part's row. */
export interface PaperRow {
  readonly part: PaperPart;
  readonly title: string;
  /** Multiply-adds of one run's matrix products and convolutions, each counted as two, in 10⁹; the training step's optimiser included. */
  readonly gigaflop: number;
  readonly ours: PaperSide;
  /** Load average over one minute before it began: above 0.5, other work ran beside it. Null where it was not taken. */
  readonly loadBefore: number | null;
  /** Wanted: peak memory up to this, GB. */
  readonly memoryBar: number;
  /** PyTorch eager on the same weights and inputs. */
  readonly peer?: PaperSide & {
    readonly versions: Readonly<Record<string, string>>;
    /** Its median over ours. */
    readonly ratio: number;
    /** The same of the processor time. */
    readonly processorRatio: number;
    /** Relative difference of the outputs. */
    readonly difference: number;
  };
}

/** A run of the paper's scale on random weights, killed in its training and gone on with (`bench/paper_run.ts`). */
export interface WholeRun {
  /** Latents and tokens of pairs, all tasks. */
  readonly encode: { readonly items: number; readonly seconds: number };
  /** Accumulated steps; `secondsPerSample` without the first step of a process. */
  readonly train: {
    readonly steps: number;
    readonly batch: number;
    readonly killedAfter: number;
    readonly secondsPerSample: number;
  };
  readonly score: { readonly items: number; readonly samplerSteps: number; readonly seconds: number };
  /** At the peak, of the process that was killed and of the one that went on; 10⁹ bytes. */
  readonly gigabytes: { readonly killed: number; readonly resumed: number };
  readonly loadBefore: number;
}

/** What was measured. */
export interface PaperResult {
  readonly schema: 2;
  readonly bench: "paper";
  readonly machine: Machine;
  readonly device: Device;
  readonly threads: number;
  readonly rows: readonly PaperRow[];
  /** Absent where it was not measured. */
  readonly wholeRun?: WholeRun;
}

/** How to measure. */
export interface PaperBenchOptions {
  /** Timed runs of each part behind the first. */
  readonly repetitions: number;
  readonly parts?: readonly PaperPart[];
  readonly pytorch: boolean;
  readonly device?: Device;
  /** Folder of a kept result of this machine, whose other parts stay in the new one. */
  readonly out?: string;
  readonly cacheFolder: string;
  readonly notice: (text: string) => void;
}

const PROCESS = fileURLToPath(new URL("./part_process.ts", import.meta.url));
const PEER = fileURLToPath(new URL("../peers/pytorch/paper.py", import.meta.url));
/** Largest relative difference of two sides' outputs: many layers of float32 sums in another order. */
const DIFFERENCE_BAR = 1e-3;

const GB = 1024 ** 2 / 1e9;

async function ask<Report>(name: string, command: string, args: readonly string[]): Promise<Report> {
  const side = new Conversation({ name, command, args });
  try {
    return await side.answer<Report>();
  } finally {
    await side.end();
  }
}

async function flopsOf(part: PaperPart, folder: string): Promise<number> {
  const { engine, takeFlops } = countingEngine();
  const work = await PARTS[part].open(folder, { engine });
  await work.run().catch((error) => {
    // A training step that computes nothing has no gradient to go on with; its operations are counted before.
    if (!(error instanceof RangeError)) throw error;
  });
  await work.dispose();
  return takeFlops() / 1e9;
}

function withMedian<Report extends PartReport>(report: Report): Report & Required<PaperSide> {
  return { ...report, median: median(report.milliseconds), processor: median(report.processorSeconds) };
}

async function outputsOf(path: string) {
  const { tensors } = readSafetensors(await Deno.readFile(path), { what: path });
  return { losses: [], arrays: tensors };
}

async function measure(part: PaperPart, folder: string, options: PaperBenchOptions): Promise<PaperRow> {
  const { repetitions: runs, notice, device = "cpu" } = options;
  const { title, memoryBar, peer: hasPeer } = PARTS[part];
  const [loadBefore = 0] = Deno.loadavg();
  const own = mkdtempSync(join(tmpdir(), "bench-paper-"));
  try {
    const gigaflop = await flopsOf(part, folder);
    const arrays = join(own, "ours.safetensors");
    const request: PartRequest = { runs, compile: { threads: THREADS, device }, arrays };
    const side = ["run", "-A", "--no-check", PROCESS, part, folder, JSON.stringify(request)];
    const ours = withMedian(await ask<PartReport>(`ours, ${part}`, Deno.execPath(), side));
    notice(`${part}: ours ${(ours.median / 1000).toFixed(2)} s, ${(ours.peakMemoryMiB * GB).toFixed(1)} GB`);
    const row = { part, title, gigaflop, ours, loadBefore, memoryBar };
    if (!options.pytorch || !hasPeer) return row;
    const other = join(own, "peer.safetensors");
    const args = ["-B", PEER, folder, `${THREADS}`, `${runs}`, other];
    type Peer = PartReport & { versions: Record<string, string> };
    const peer = withMedian(await ask<Peer>("pytorch eager", await pytorchCommand(options), args));
    const { arrays: difference } = compareChecks(await outputsOf(arrays), await outputsOf(other));
    notice(
      `${part}: pytorch eager ${(peer.median / 1000).toFixed(2)} s; outputs apart by ${
        difference.toExponential(1)
      }`,
    );
    if (!(difference <= DIFFERENCE_BAR)) {
      throw new Error(
        `Timing ${part} against pytorch makes no sense: expected outputs apart by ${DIFFERENCE_BAR} at most, got ${difference}`,
      );
    }
    const processorRatio = peer.processor / ours.processor;
    return { ...row, peer: { ...peer, ratio: peer.median / ours.median, processorRatio, difference } };
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

/** What an earlier result of the same machine, device and threads holds; nothing where there is no such result. */
function kept(
  out: string | undefined,
  common: Omit<PaperResult, "rows" | "wholeRun">,
): Pick<PaperResult, "rows" | "wholeRun"> {
  const path = out === undefined ? undefined : join(out, "paper.json");
  if (path === undefined || !existsSync(path)) return { rows: [] };
  const { rows, wholeRun, ...about } = JSON.parse(readFileSync(path, "utf8")) as PaperResult;
  return isDeepStrictEqual(about, common) ? { rows, ...(wholeRun && { wholeRun }) } : { rows: [] };
}

/**
 * Measures the parts, one after the other.
 *
 * @throws UserError when there is no Python for the peer, or the device is not there.
 */
export async function benchPaper(options: PaperBenchOptions): Promise<PaperResult> {
  const { parts = PAPER_PARTS, cacheFolder, notice, device = "cpu" } = options;
  await checkDevice(device);
  const folder = join(cacheFolder, "bench-paper");
  await prepareCase(folder, { notice });
  const common = { schema: 2, bench: "paper", machine: thisMachine(), device, threads: THREADS } as const;
  const { rows: before, ...whole } = kept(options.out, common);
  const rows = new Map(before.map((row) => [row.part, row]));
  for (const part of parts) rows.set(part, await measure(part, folder, options));
  return { ...common, rows: PAPER_PARTS.flatMap((part) => rows.get(part) ?? []), ...whole };
}

/** Gigabytes (10⁹) of a peak. */
function peakGigabytes({ peakMemoryMiB }: PartReport): number {
  return peakMemoryMiB * GB;
}

/** Lines for a person. */
export function describePaper({ rows, machine, device, threads }: PaperResult): string {
  const seconds = (value: number) => `${value.toFixed(1)} s`;
  return [
    `Full size, random weights, 512x512; medians behind the first run; ${device}, ${threads} threads of ${machine.cpu}`,
    "",
    ...columns([
      [
        "part",
        "open",
        "first run",
        "run",
        "peak memory",
        "wanted",
        "GFLOP/s",
        "load before",
        "pytorch eager",
        "its peak",
      ],
      ...rows.map(({ part, ours, memoryBar, gigaflop, loadBefore, peer }) => [
        part,
        seconds(ours.openSeconds),
        seconds(ours.firstSeconds),
        seconds(ours.median / 1000),
        `${peakGigabytes(ours).toFixed(1)} GB`,
        `≤ ${memoryBar} GB ${peakGigabytes(ours) <= memoryBar ? "met" : "missed"}`,
        (gigaflop / (ours.median / 1000)).toFixed(0),
        loadBefore?.toFixed(1) ?? "?",
        peer ? `${seconds(peer.median / 1000)} (${peer.ratio.toFixed(2)} × ours)` : "",
        peer ? `${peakGigabytes(peer).toFixed(1)} GB` : "",
      ]),
    ]),
  ].join("\n");
}
