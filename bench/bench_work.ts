/** Times one piece of work: ours alone, or beside the same work elsewhere, once all compute the same. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atomicWrite } from "../lib/hub/mod.ts";
import { type Agreement, AGREEMENT_BAR, agrees, compareChecks } from "./timing/agreement.ts";
import { encodeCase, type WorkCase } from "./timing/case_file.ts";
import { countingEngine } from "./timing/count_flops.ts";
import { interleave, type Timing } from "./timing/interleave.ts";
import { ownSide } from "./timing/own_side.ts";
import { type PeerCase, preparePytorch } from "./timing/pytorch_side.ts";
import {
  type BenchResult,
  type Comparison,
  type Rate,
  type SideResult,
  thisMachine,
} from "./timing/result.ts";
import { type Mode, type Side, THREADS } from "./timing/side.ts";
import { ratioOf } from "./timing/statistics.ts";
import { LIMIT_WORK, loadWork } from "./works/mod.ts";
import type { Work } from "./timing/work.ts";

/** How to time. */
export interface WorkBenchOptions {
  /** Samples of a run; the work's own number if absent. */
  readonly batch?: number;
  readonly repetitions: number;
  /** PyTorch's modes to time against; none if absent. */
  readonly pytorch?: readonly Mode[];
  /** Whether to time against tfjs's wasm backend too. */
  readonly tfjs?: boolean;
  /** Where the peer's environment is. */
  readonly cacheFolder: string;
  /** Called with how it goes, one line at a time. */
  readonly notice: (text: string) => void;
}

/** Two sides do not compute the same, so there is nothing to time. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

const SEED = 1;
const CHECKED_STEPS = 3;
const TIMED_RUNS = 3;
const PAUSE_MS = 50;
/** Name of the side that only tells the machine's limit. */
const LIMIT = "matrix product";

/**
 * Times a piece of work.
 *
 * @throws Disagreement when a peer's losses, gradients or outputs are not ours.
 * @throws UserError when there is no Python or no compiler for a peer.
 */
export async function benchWork(name: string, options: WorkBenchOptions): Promise<BenchResult> {
  const { repetitions, notice } = options;
  const [work, product] = [await loadWork(name), await loadWork(LIMIT_WORK)];
  const batch = options.batch ?? work.batch;
  const folder = mkdtempSync(join(tmpdir(), `bench-${name}-`));
  const sides: Side[] = [];
  try {
    const starters: ((peer: PeerCase) => Promise<Side>)[] = [];
    for (const mode of options.pytorch ?? []) starters.push(await preparePytorch(mode, options));
    if (options.tfjs) starters.push((peer) => ownSide({ ...peer, name: "tfjs" }));
    const workCase = work.makeCase(work.config(batch), SEED);
    const gigaflop = await flopsOf(work, workCase) / 1e9;
    const peer: PeerCase = {
      work: name,
      casePath: await writeCase(folder, name, workCase),
      threads: THREADS,
      shapes: work.checked(workCase.config),
    };
    for (const start of [(own: PeerCase) => ownSide({ ...own, name: "ours" }), ...starters]) {
      const side = await start(peer);
      sides.push(side);
      notice(`${name}: ${side.name} ready after ${side.startSeconds.toFixed(1)} s`);
    }
    const agreements = await checkSides(sides, notice);
    const limit = await startLimit(product, folder);
    sides.push(limit);
    const timings = await interleave(sides, {
      repetitions,
      runs: TIMED_RUNS,
      pause: PAUSE_MS,
      onTurn: ({ side, repetition, ms }) =>
        notice(`${name} ${repetition}/${repetitions} ${side}: ${ms.toFixed(1)} ms`),
    });
    const rows = await rowsOf(sides, timings);
    const rate = rateOf(rows, gigaflop, product);
    const compared = rows.filter((row) => row.name !== LIMIT);
    const { title, run } = work;
    return {
      schema: 2,
      bench: name,
      ...{ title, run, batch, repetitions, machine: thisMachine() },
      sides: compared,
      comparisons: comparisonsOf(compared, agreements),
      rate,
    };
  } finally {
    for (const side of sides) await side.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeCase(folder: string, name: string, workCase: WorkCase): Promise<string> {
  const path = join(folder, `${name}.safetensors`);
  await atomicWrite(path, encodeCase(workCase));
  return path;
}

/** Floating-point operations of one run. */
export async function flopsOf(work: Work, workCase: WorkCase): Promise<number> {
  const { engine, takeFlops } = countingEngine();
  const open = await work.open(workCase, { engine });
  await open.run();
  await open.dispose();
  return takeFlops();
}

async function startLimit(work: Work, folder: string): Promise<Side> {
  const config = work.config(work.batch);
  const casePath = await writeCase(folder, LIMIT_WORK, work.makeCase(config, SEED));
  return ownSide({ name: LIMIT, work: LIMIT_WORK, casePath, threads: THREADS, shapes: work.checked(config) });
}

const short = (error: number) => error.toExponential(1);

/** Lets every side report its first runs. @throws Disagreement when a peer's are not ours. */
async function checkSides(
  [ours, ...peers]: readonly Side[],
  notice: (text: string) => void,
): Promise<Agreement[]> {
  const own = await ours?.check(CHECKED_STEPS);
  const agreements: Agreement[] = [];
  for (const peer of own ? peers : []) {
    const agreement = compareChecks(own!, await peer.check(CHECKED_STEPS));
    const { loss, norm, arrays, worst } = agreement;
    if (!agrees(agreement)) {
      throw new Disagreement(
        `Timing against ${peer.name} makes no sense: expected relative errors up to ${AGREEMENT_BAR}, got loss ${
          short(loss)
        }, gradient norm ${short(norm)}, arrays ${short(arrays)} (worst: ${worst.name} ${
          short(worst.error)
        })`,
      );
    }
    notice(
      `${peer.name} computes the same: loss within ${short(loss)}, gradient norm within ${
        short(norm)
      }, gradients or outputs within ${short(arrays)}`,
    );
    agreements.push(agreement);
  }
  return agreements;
}

async function rowsOf(sides: readonly Side[], timings: readonly Timing[]): Promise<SideResult[]> {
  const rows: SideResult[] = [];
  for (const [i, { name, threads, versions, startSeconds, usage }] of sides.entries()) {
    const { peakMemoryMiB } = await usage();
    rows.push({ name, threads, versions, startSeconds, peakMemoryMiB, ...timings[i] as Timing });
  }
  return rows;
}

function rateOf(rows: readonly SideResult[], gigaflop: number, product: Work): Rate {
  const ours = rows[0] as SideResult;
  const limit = rows.at(-1) as SideResult;
  const gigaflops = gigaflop / (ours.median / 1000);
  const machine = 2 * product.batch ** 3 / 1e9 / (limit.median / 1000);
  return { gigaflop, gigaflops, machine, share: gigaflops / machine };
}

function comparisonsOf(
  [ours, ...peers]: readonly SideResult[],
  agreements: readonly Agreement[],
): Comparison[] {
  return peers.map(({ name, turns, peakMemoryMiB }, i) => ({
    peer: name,
    ratio: ratioOf(ours!.turns, turns),
    memoryRatio: peakMemoryMiB / ours!.peakMemoryMiB,
    agreement: agreements[i] as Agreement,
  }));
}
