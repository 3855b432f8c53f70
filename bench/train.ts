/** `bench train`: the compiled adapter training step, alone or beside the same step in another framework. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Shapes } from "../lib/engine/mod.ts";
import { atomicWrite } from "../lib/hub/mod.ts";
import { type Agreement, AGREEMENT_BAR, agrees, compareChecks } from "./agreement.ts";
import { interleave, type Timing } from "./interleave.ts";
import { ownSide } from "./own_side.ts";
import { peerSide } from "./peer_side.ts";
import { pythonEnvironment } from "./python_environment.ts";
import type { PeerName, Side } from "./side.ts";
import {
  adapterShapesOf,
  decodeTrainCase,
  drawTrainCase,
  encodeTrainCase,
  miniTrainCase,
} from "./train_case.ts";

/** What to time. */
export interface TrainBenchOptions {
  /** Samples of a batch. */
  readonly batch: number;
  readonly repetitions: number;
  readonly peer?: PeerName;
  /** Folder that keeps the case, the peer's gradients and the result. */
  readonly out?: string;
  /** Where the peer's environment is. */
  readonly cacheFolder: string;
  /** Told how it goes, one line at a time. */
  readonly notice: (text: string) => void;
}

/** One side's row. */
export interface SideResult extends Timing {
  readonly name: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Largest resident memory of its process, compilation included, MiB. */
  readonly peakMemoryMiB: number;
}

/** What `bench train --json` prints. Times are milliseconds a step. */
export interface TrainBenchResult {
  readonly schema: 1;
  readonly bench: "train";
  readonly batch: number;
  readonly repetitions: number;
  readonly stepsPerRepetition: number;
  readonly sides: readonly SideResult[];
  /** Peer's median over ours; above 1 we are faster. Absent without a peer. */
  readonly ratio?: { readonly median: number; readonly min: number; readonly max: number };
  /** How far the two computations are apart. Absent without a peer. */
  readonly agreement?: Agreement;
}

/** Two sides do not compute the same, so there is nothing to time. */
export class Disagreement extends Error {
  override readonly name = "Disagreement";
}

const THREADS = 2;
const SEED = 1;
const LEARNING_RATE = 1e-4;
const CHECKED_STEPS = 3;
const TIMED_STEPS = 3;
const PAUSE_MS = 50;
const PEER_FOLDER = new URL("./peers/pytorch/", import.meta.url);

/**
 * Times the step.
 *
 * @throws Disagreement when the peer's loss or gradient is not ours.
 * @throws UserError when there is no Python for the peer, or `out` cannot be written.
 */
export async function benchTrain(options: TrainBenchOptions): Promise<TrainBenchResult> {
  const { batch, repetitions, out, notice } = options;
  const folder = out ?? mkdtempSync(join(tmpdir(), "bench-train-"));
  const sides: Side[] = [];
  try {
    const casePath = join(folder, "case.safetensors");
    const bytes = encodeTrainCase(drawTrainCase(miniTrainCase(batch), SEED));
    await atomicWrite(casePath, bytes);
    const trainCase = decodeTrainCase(bytes);
    const startPeer = options.peer && await preparePeer(options.peer, options);
    notice("compiling the step");
    sides.push(await ownSide(trainCase, { threads: THREADS, learningRate: LEARNING_RATE }));
    if (startPeer) sides.push(await startPeer(casePath, adapterShapesOf(trainCase.config)));
    const agreement = await checkSides(sides);
    if (agreement) {
      notice(
        `same loss within ${short(agreement.loss)}, gradient within ${short(agreement.gradients)}`,
      );
    }
    const timings = await interleave(sides, {
      repetitions,
      steps: TIMED_STEPS,
      pause: PAUSE_MS,
      onTurn: ({ side, repetition, ms }) =>
        notice(`${repetition}/${repetitions} ${side}: ${ms.toFixed(1)} ms`),
    });
    const result = await summarize(sides, timings, {
      batch,
      repetitions,
      ...(agreement ? { agreement } : {}),
    });
    if (out !== undefined) await atomicWrite(join(out, "train.json"), JSON.stringify(result, null, 2) + "\n");
    return result;
  } finally {
    for (const side of sides) await side.close();
    if (out === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Sees to the peer's packages; what it returns starts the peer on a case. */
async function preparePeer(
  name: PeerName,
  { cacheFolder, notice }: TrainBenchOptions,
): Promise<(casePath: string, shapes: Shapes) => Promise<Side>> {
  const command = await pythonEnvironment({
    folder: join(cacheFolder, "bench-venv"),
    requirements: fileURLToPath(new URL("requirements.txt", PEER_FOLDER)),
    notice,
  });
  const script = fileURLToPath(new URL("train_step.py", PEER_FOLDER));
  return (casePath, shapes) =>
    peerSide({
      name,
      command,
      args: ["-B", script, casePath, `${THREADS}`, `${LEARNING_RATE}`],
      shapes,
      gradientsPath: join(dirname(casePath), "peer-gradients.safetensors"),
    });
}

const short = (error: number) => error.toExponential(1);

/** Runs every side's first steps. @throws Disagreement when they differ. */
async function checkSides([ours, peer]: readonly Side[]): Promise<Agreement | undefined> {
  const own = await ours?.check(CHECKED_STEPS);
  const other = await peer?.check(CHECKED_STEPS);
  if (!own || !other || !peer) return undefined;
  const agreement = compareChecks(own, other);
  if (agrees(agreement)) return agreement;
  const { loss, norm, gradients, worst } = agreement;
  throw new Disagreement(
    `Timing against ${peer.name} makes no sense: expected relative errors up to ${AGREEMENT_BAR}, got loss ${
      short(loss)
    }, gradient norm ${short(norm)}, gradient ${short(gradients)} (worst: ${worst.name} ${
      short(worst.error)
    })`,
  );
}

async function summarize(
  sides: readonly Side[],
  timings: readonly Timing[],
  rest: { batch: number; repetitions: number; agreement?: Agreement },
): Promise<TrainBenchResult> {
  const rows: SideResult[] = [];
  for (const [i, { name, threads, versions, usage }] of sides.entries()) {
    const { peakMemoryMiB } = await usage();
    rows.push({ name, threads, versions, peakMemoryMiB, ...timings[i] as Timing });
  }
  const [ours, peer] = rows;
  const pairs = (ours && peer) ? ours.turns.map((time, i) => (peer.turns[i] as number) / time) : [];
  return {
    schema: 1,
    bench: "train",
    batch: rest.batch,
    repetitions: rest.repetitions,
    stepsPerRepetition: TIMED_STEPS,
    sides: rows,
    ...(ours && peer
      ? { ratio: { median: peer.median / ours.median, min: Math.min(...pairs), max: Math.max(...pairs) } }
      : {}),
    ...(rest.agreement ? { agreement: rest.agreement } : {}),
  };
}

/** The result as lines for a person. */
export function describeTrainBench(
  { batch, repetitions, sides, ratio, agreement }: TrainBenchResult,
): string {
  const lines = [
    `Adapter training step: forward, backward, clipping, AdamW; mini scale, batch ${batch}, base frozen`,
    `${repetitions} repetitions in turn; milliseconds a step`,
    "",
    ["side", "median", "min", "max", "threads", "peak memory"],
    ...sides.map(({ name, median, min, max, threads, peakMemoryMiB }) => [
      name,
      ...[median, min, max].map((ms) => ms.toFixed(1)),
      `${threads}`,
      `${Math.round(peakMemoryMiB)} MiB`,
    ]),
    "",
  ].map((line) =>
    typeof line === "string"
      ? line
      : line.map((cell, i) => i === 0 ? cell.padEnd(9) : cell.padStart(i === 5 ? 13 : 9)).join("")
  );
  const peer = sides[1];
  if (peer && ratio && agreement) {
    lines.push(
      `${peer.name} / ours: ${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${
        ratio.max.toFixed(2)
      } by repetition; above 1 we are faster)`,
      `relative difference: loss ${short(agreement.loss)}, gradient ${
        short(agreement.gradients)
      } (bar ${AGREEMENT_BAR})`,
    );
  }
  for (const { name, versions } of sides) {
    lines.push(`${name}: ${Object.entries(versions).map((entry) => entry.join(" ")).join(", ")}`);
  }
  return lines.join("\n");
}
