/**
 * Threads that compute t-SNE's forces together. Points and leaves are cut into chunks that whoever is free takes next; every result has a
 * place of its own and sums over points are taken in order afterwards, so the bits depend neither on the timing nor on the number of threads.
 */
import type { Affinities } from "./affinities.ts";
import { type Axes, emptyTree, growTree, type SpaceTree } from "./space_tree.ts";
import {
  type ActorList,
  actorList,
  attract,
  type AttractionArrays,
  repel,
  type RepulsionArrays,
} from "./tsne_forces.ts";

/** Memory that all threads see. */
export interface SharedWork {
  /** [step, next chunk, step whose tree is ready, helpers done]; a step of −1 ends the helpers. */
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
/** Looks at a number before the thread sleeps: some microseconds. */
const PATIENCE = 2000;

/** Waits while `control[place]` is `value`. */
function waitWhile(control: Int32Array, place: number, value: number): void {
  for (let look = 0; look < PATIENCE; look++) if (Atomics.load(control, place) !== value) return;
  while (Atomics.load(control, place) === value) Atomics.wait(control, place, value);
}

function tell(control: Int32Array, place: number, value: number): void {
  Atomics.store(control, place, value);
  Atomics.notify(control, place);
}

/** Takes chunks until none is left. */
function takePart(work: SharedWork, step: number, list: ActorList): void {
  const { control, settings, tree, attraction, repulsion } = work;
  const [theta, dimensions, divergence] = settings as unknown as [number, number, number];
  const count = attraction.divergence.length, points = Math.ceil(count / POINTS);
  for (;;) {
    const chunk = Atomics.add(control, NEXT, 1);
    if (chunk < points) {
      const first = chunk * POINTS;
      attract(attraction, first, Math.min(first + POINTS, count), {
        dimensions,
        divergence: divergence === 1,
      });
      continue;
    }
    waitWhile(control, READY, step - 1);
    const leaves = tree.sizes[1] as number, first = (chunk - points) * LEAVES;
    if (first >= leaves) return;
    repel(tree, first, Math.min(first + LEAVES, leaves), repulsion, { dimensions, theta, list });
  }
}

/** A helper's life: steps until it is told to end. */
export function help(work: SharedWork): void {
  const list = actorList(work.attraction.divergence.length);
  for (let step = 1;; step++) {
    waitWhile(work.control, STEP, step - 1);
    if (Atomics.load(work.control, STEP) < 0) return;
    takePart(work, step, list);
    Atomics.add(work.control, DONE, 1);
    Atomics.notify(work.control, DONE);
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
 * @throws Error when a thread does not start.
 */
export async function startTeam(
  { count, rows, columns, values }: Affinities,
  options: { readonly dimensions: 2 | 3; readonly theta: number; readonly threads: number },
): Promise<Team> {
  const { dimensions, theta, threads } = options;
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
  const list = actorList(count);
  let step = 0;
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  return {
    positions: attraction.positions,
    attraction: attraction.attraction,
    repulsion: repulsion.repulsion,
    forces({ divergence }) {
      step++;
      settings.set([theta, dimensions, divergence ? 1 : 0]);
      Atomics.store(control, NEXT, 0);
      Atomics.store(control, DONE, 0);
      tell(control, STEP, step);
      growTree(tree, attraction.positions, dimensions);
      tell(control, READY, step);
      takePart(work, step, list);
      for (let done = 0; (done = Atomics.load(control, DONE)) < helpers.length;) {
        waitWhile(control, DONE, done);
      }
      return {
        total: sum(repulsion.kernelSums) - count, // without k_ii = 1
        divergence: divergence ? sum(attraction.divergence) : NaN,
      };
    },
    close() {
      tell(control, STEP, -1);
      for (const helper of helpers) helper.terminate();
    },
  };
}
