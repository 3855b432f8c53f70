/**
 * Times a t-SNE layout of the tasks' instructions in the sentence encoder's space, alone or beside scikit-learn's: the same points, perplexity
 * and iterations, turn and turn about, once both layouts have the same divergence by one function.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { embedSentences, loadSentenceEncoder, SENTENCE_WIDTH } from "../lib/clip/mod.ts";
import { atomicWrite } from "../lib/hub/mod.ts";
import { instructionCorpus } from "../lib/instructions/mod.ts";
import {
  jointAffinities,
  nearestNeighbours,
  neighboursFor,
  sparseDivergence,
} from "../lib/projection/mod.ts";
import { TASKS } from "../lib/tasks/mod.ts";
import { type BenchResult, type SideResult, thisMachine } from "./timing/result.ts";
import { ratioOf, spread } from "./timing/statistics.ts";
import { pythonEnvironment } from "./timing/python_environment.ts";
import { startTsneSide, type TsneSide } from "./tsne_side.ts";

/** What to time. */
export interface TsneBenchOptions {
  readonly repetitions: number;
  readonly peer?: "scikit-learn";
  /** Points, the same number of each task's instructions; default 5000. */
  readonly count?: number;
  /** Default 1000. */
  readonly iterations?: number;
  /** Folder that keeps the points, the layouts and the result. */
  readonly out?: string;
  /** Where the peer's environment is. */
  readonly cacheFolder: string;
  /** Called with how it goes, one line at a time. */
  readonly notice: (text: string) => void;
}

/** One side's row; times are milliseconds a layout. */
export interface TsneSideResult extends SideResult {
  /** Iterations of a layout; scikit-learn may end early. */
  readonly iterations: number;
  /** KL(P‖Q) of its layout, by our exact sum over P of 3 · perplexity + 1 neighbours. Lower is better. */
  readonly divergence: number;
}

/** What `bench tsne --json` prints. */
export interface TsneBenchResult extends BenchResult {
  readonly width: number;
  readonly perplexity: number;
  readonly iterations: number;
  readonly sides: readonly TsneSideResult[];
}

/** Two layouts are not of one quality, so there is nothing to time. */
export class LayoutDisagreement extends Error {
  override readonly name = "Disagreement";
}

/** Largest relative difference of the divergences at which two layouts count as equally good. */
const DIVERGENCE_BAR = 0.02;
const PERPLEXITY = 30;
const THREADS = 2;
const PAUSE_MS = 200;
const PEER_FOLDER = new URL("./peers/scikit-learn/", import.meta.url);

/** Unit vectors of the first instructions of every task [count 512]. */
async function instructionPoints(count: number): Promise<Float32Array> {
  const texts = TASKS.flatMap((task) =>
    instructionCorpus(task, "train").slice(0, Math.ceil(count / TASKS.length))
  );
  return await embedSentences(await loadSentenceEncoder(), texts.slice(0, count));
}

/**
 * Whether the sides' divergences are within the bar of each other.
 *
 * @throws LayoutDisagreement when they are not, or one is no number.
 */
export function checkDivergences(
  sides: readonly { readonly name: string; readonly divergence: number }[],
): void {
  const [ours, peer] = sides;
  if (!ours || !peer) return;
  if (Math.abs(ours.divergence / peer.divergence - 1) <= DIVERGENCE_BAR) return;
  throw new LayoutDisagreement(
    `Timing t-SNE against ${peer.name} makes no sense: expected divergences within ${
      100 * DIVERGENCE_BAR
    } %, got ${sides.map(({ name, divergence }) => `${divergence.toFixed(4)} (${name})`).join(" and ")}`,
  );
}

/**
 * Times the layout.
 *
 * @throws LayoutDisagreement when the peer's layout is not of our quality; UserError when there is no Python for the peer.
 */
export async function benchTsne(options: TsneBenchOptions): Promise<TsneBenchResult> {
  const { repetitions, peer, out, cacheFolder, notice, count = 5000, iterations = 1000 } = options;
  const folder = out ?? mkdtempSync(join(tmpdir(), "bench-tsne-"));
  const sides: TsneSide[] = [];
  try {
    const path = join(folder, "points.f32");
    notice(`embedding ${count} instructions`);
    const data = await instructionPoints(count);
    await atomicWrite(path, new Uint8Array(data.buffer));
    const points = { data, count, width: SENTENCE_WIDTH };
    const neighbours = await nearestNeighbours(points, { k: neighboursFor(PERPLEXITY, count) });
    const p = jointAffinities(neighbours, { perplexity: PERPLEXITY });
    const args = [path, SENTENCE_WIDTH, PERPLEXITY, iterations, THREADS].map(String);
    const serve = fileURLToPath(new URL("./tsne_serve.ts", import.meta.url));
    const begin = performance.now();
    sides.push(
      await startTsneSide({ name: "ours", command: Deno.execPath(), args: ["run", "-A", serve, ...args] }),
    );
    const startSeconds = [(performance.now() - begin) / 1000];
    if (peer !== undefined) {
      const command = await pythonEnvironment({
        folder: join(cacheFolder, "bench-scikit-learn-venv"),
        requirements: fileURLToPath(new URL("requirements.txt", PEER_FOLDER)),
        notice,
      });
      const script = fileURLToPath(new URL("tsne.py", PEER_FOLDER));
      const began = performance.now();
      sides.push(await startTsneSide({ name: peer, command, args: ["-B", script, ...args] }));
      startSeconds.push((performance.now() - began) / 1000);
    }
    /** One layout of a side, and how good it is. */
    const layOut = async (side: TsneSide) => {
      const target = join(folder, `layout-${side.name}.f32`);
      const timed = await side.layout(target);
      const layout = new Float32Array(Uint8Array.from(readFileSync(target)).buffer);
      return {
        ...timed,
        name: side.name,
        divergence: sparseDivergence(p, { data: layout, count, width: 2 }),
      };
    };
    const first = [];
    for (const side of sides) {
      notice(`${side.name}: a first layout, not counted`);
      first.push(await layOut(side));
    }
    for (const { name, divergence } of first) notice(`${name}: divergence ${divergence.toFixed(4)}`);
    checkDivergences(first);
    const turns = sides.map(() => [] as number[]);
    for (let repetition = 1; repetition <= repetitions; repetition++) {
      for (const [i, side] of sides.entries()) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        const { milliseconds } = await layOut(side);
        turns[i]?.push(milliseconds);
        notice(`${repetition}/${repetitions} ${side.name}: ${Math.round(milliseconds)} ms`);
      }
    }
    const rows: TsneSideResult[] = [];
    for (const [i, { name, threads, versions, peakMemory }] of sides.entries()) {
      const own = turns[i] as number[];
      const { divergence, iterations } = first[i] as TimedQuality;
      rows.push({
        ...{ name, threads, versions, iterations, divergence },
        ...spread(own),
        turns: own,
        runs: own.map((time) => [time]),
        idleLoad: null,
        startSeconds: startSeconds[i] as number,
        peakMemoryMiB: await peakMemory(),
      });
    }
    const [ours, other] = rows;
    const result: TsneBenchResult = {
      schema: 2,
      bench: "tsne",
      title: `t-SNE of ${count} × ${SENTENCE_WIDTH}, perplexity ${PERPLEXITY}, ${iterations} iterations`,
      run: "a layout",
      batch: count,
      ...{ width: SENTENCE_WIDTH, perplexity: PERPLEXITY, iterations, repetitions },
      machine: thisMachine(),
      sides: rows,
      comparisons: ours && other
        ? [{
          peer: other.name,
          ratio: ratioOf(ours.turns, other.turns),
          memoryRatio: other.peakMemoryMiB / ours.peakMemoryMiB,
        }]
        : [],
    };
    if (out !== undefined) await atomicWrite(join(out, "tsne.json"), JSON.stringify(result, null, 2) + "\n");
    return result;
  } finally {
    for (const side of sides) await side.close();
    if (out === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

interface TimedQuality {
  readonly divergence: number;
  readonly iterations: number;
}
