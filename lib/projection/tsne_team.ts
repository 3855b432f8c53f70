/**
 * Threads that compute t-SNE's forces together. Points and leaves are cut into chunks that whoever is free takes next; every result has a
 * place of its own and sums over points are taken in order afterwards, so the bits depend neither on the timing nor on the number of threads.
 */
import type { Affinities } from "./affinities.ts";
import { type Axes, emptyTree, growTree, type SpaceTree } from "./space_tree.ts";
import { type RepulsionKernel, repulsionKernel } from "./repulsion_kernel.ts";
import { attract, type AttractionArrays, repel, type RepulsionArrays } from "./tsne_forces.ts";

/** Memory that all threads see. */
export interface SharedWork {
  /** [step, next ticket, step whose tree is ready, chunks done]; steps are counted round in 14 bits, −1 ends the helpers. */
  readonly control: Int32Array;
  /** [θ, dimensions, 1 if the divergence is asked for]. */
  readonly settings: Float64Array;
  readonly tree: SpaceTree;
  readonly attraction: AttractionArrays;
  readonly repulsion: RepulsionArrays;
}

const STEP = 0, NEXT = 1, READY = 2, DONE = 3;
/** Points in a chunk of attraction, leaves in a chunk of repulsion. */
const POINTS = 128, LEAVES = 16;
/** So many make chunks that a ticket can number. */
const MOST_POINTS = 500_000;
/** Looks at a number before the thread sleeps: some microseconds. */
const PATIENCE = 2000;

/** Waits while `control[place]` is `value`. */
function waitWhile(control: Int32Array, place: number, value: number): void {
  for (let look = 0; look < PATIENCE; look++) if (Atomics.load(control, place) !== value) return;
  while (Atomics.load(control, place) === value) Atomics.wait(control, place, value);
}

function post(control: Int32Array, place: number, value: number): void {
  Atomics.store(control, place, value);
  Atomics.notify(control, place);
}

/** The step before the first. */
const ROUND = 1 << 14;
/** A ticket is a step and the number of a chunk. */
const CHUNK_BITS = 16;

/**
 * Takes chunks of the current step until none is left; returns that step. A thread that holds no chunk is never waited for, so a busy
 * machine that lets it sleep costs nothing but its help. It may then take a ticket of a step that has ended, or one beyond the last chunk:
 * both are void. A ticket that is not void keeps its step from ending.
 */
function takePart(work: SharedWork, kernel: RepulsionKernel): number {
  const { control, settings, tree, attraction, repulsion } = work;
  const count = attraction.divergence.length, points = Math.ceil(count / POINTS);
  for (;;) {
    const ticket = Atomics.add(control, NEXT, 1);
    const step = ticket >> CHUNK_BITS, chunk = ticket & ((1 << CHUNK_BITS) - 1);
    const dimensions = settings[1] as number;
    if (chunk < points) {
      const first = chunk * POINTS;
      const options = { dimensions, divergence: settings[2] === 1 };
      attract(attraction, first, Math.min(first + POINTS, count), options);
    } else {
      waitWhile(control, READY, (step + ROUND - 1) % ROUND);
      const leaves = tree.sizes[1] as number, first = (chunk - points) * LEAVES;
      const now = Atomics.load(control, STEP); // read after the tree's size: if the step is the ticket's, so was the tree
      if (now < 0) return now;
      if (now !== step) continue;
      if (first >= leaves) return step;
      repel(tree, first, Math.min(first + LEAVES, leaves), repulsion, {
        theta: settings[0] as number,
        kernel,
      });
    }
    Atomics.add(control, DONE, 1);
    Atomics.notify(control, DONE);
  }
}

/** A helper's life: steps until it is to end. */
export function help(work: SharedWork): void {
  const kernel = repulsionKernel(work.attraction.divergence.length);
  for (let step = 0; step >= 0; step = takePart(work, kernel)) {
    waitWhile(work.control, STEP, step);
    if (Atomics.load(work.control, STEP) < 0) return;
  }
}

/** Computes forces at the positions in its memory. */
export interface Team {
  /** Where the points are; written by the caller. */
  readonly positions: Axes;
  readonly attraction: Axes;
  readonly repulsion: Axes;
  /**
   * Fills `attraction` and `repulsion`.
   *
   * @returns Z, the sum of the kernel over ordered pairs; and, if asked for, Σ p log(1 + d²).
   */
  forces(options: { readonly divergence: boolean }): { total: number; divergence: number };
  /** Ends the helpers. */
  close(): void;
}

const bytesOf = (bytes: number) => new SharedArrayBuffer(Math.max(8, Math.ceil(bytes / 8) * 8));

function shared<T extends Float64Array | Float32Array | Uint32Array>(
  values: T,
  like: new (b: ArrayBufferLike) => T,
): T {
  const copy = new like(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

/** Starts a helper and waits until it listens. */
function startHelper(work: SharedWork): Promise<Worker> {
  const worker = new Worker(new URL("./tsne_worker.ts", import.meta.url), { type: "module", name: "t-SNE" });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(`Starting a t-SNE thread failed: expected its module to load, got: ${event.message}`));
    };
    worker.postMessage(work);
  });
}

/**
 * Starts a team of `threads`, the caller's thread among them.
 *
 * @throws RangeError above 500,000 points; Error when a thread does not start.
 */
export async function startTeam(
  { count, rows, columns, values }: Affinities,
  options: { readonly dimensions: 2 | 3; readonly theta: number; readonly threads: number },
): Promise<Team> {
  const { dimensions, theta, threads } = options;
  if (count > MOST_POINTS) throw new RangeError(`t-SNE takes up to ${MOST_POINTS} points, got ${count}`);
  const axis = () => new Float64Array(bytesOf(8 * count));
  const axes = (): Axes => [axis(), axis(), axis()];
  const control = new Int32Array(bytesOf(16));
  const settings = new Float64Array(bytesOf(24));
  const attraction: AttractionArrays = {
    rows: shared(rows, Uint32Array),
    columns: shared(columns, Uint32Array),
    values: shared(Float32Array.from(values), Float32Array),
    positions: axes(),
    attraction: axes(),
    divergence: axis(),
  };
  const repulsion: RepulsionArrays = { repulsion: axes(), kernelSums: axis() };
  const tree = emptyTree(count, bytesOf);
  const work: SharedWork = { control, settings, tree, attraction, repulsion };
  const helpers = await Promise.all(Array.from({ length: threads - 1 }, () => startHelper(work)));
  const kernel = repulsionKernel(count);
  let step = 0;
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return {
    positions: attraction.positions,
    attraction: attraction.attraction,
    repulsion: repulsion.repulsion,
    forces({ divergence }) {
      step = (step + 1) % ROUND;
      settings.set([theta, dimensions, divergence ? 1 : 0]);
      Atomics.store(control, DONE, 0);
      // Tickets first: a helper that saw the step before its tickets would take void ones until their numbers ran over.
      Atomics.store(control, NEXT, step << CHUNK_BITS);
      Atomics.store(control, STEP, step);
      Atomics.notify(control, STEP);
      growTree(tree, attraction.positions, dimensions);
      post(control, READY, step);
      takePart(work, kernel);
      const chunks = Math.ceil(count / POINTS) + Math.ceil((tree.sizes[1] as number) / LEAVES);
      for (let done = 0; (done = Atomics.load(control, DONE)) < chunks;) waitWhile(control, DONE, done);
      return {
        total: sum(repulsion.kernelSums) - count, // without k_ii = 1
        divergence: divergence ? sum(attraction.divergence) : NaN,
      };
    },
    close() {
      post(control, STEP, -1);
      for (const helper of helpers) helper.terminate();
    },
  };
}
