/**
 * Gradient descent of t-SNE (van der Maaten and Hinton 2008) on sparse affinities, scikit-learn's schedule: P enlarged for the first
 * iterations at a momentum of 0.5, then as it is at 0.8, with gains per coordinate; both phases start at rest. The first ends early once the
 * gradient is as good as zero: where near points are not apart from the others, P enlarged pulls all into one place, and an axis on which
 * they come to be exactly equal would never part them again.
 *
 *     g ← g + 0.2 where the gradient turned against the last move, else 0.8 g, at least 0.01
 *     move ← momentum · move − rate · g · gradient
 */
import type { Affinities } from "./affinities.ts";
import { startTeam } from "./tsne_team.ts";

/** How far a layout is. */
export interface TsneProgress {
  /** Iterations done. */
  readonly iteration: number;
  /** Iterations in all. */
  readonly iterations: number;
  /** KL(P‖Q) before the last move, with P not enlarged and Q's sum approximated as the forces'. Lower is better. */
  readonly kl: number;
  /** Where the points are, row-major [count dimensions]; a copy. */
  readonly coordinates: Float32Array;
}

/** How the descent goes. */
export interface TsneDescent {
  /** Coordinates of the layout. */
  readonly dimensions: 2 | 3;
  /** Where the points start, row-major [count dimensions]. */
  readonly initial: ArrayLike<number>;
  /** Iterations in all, the early ones included. */
  readonly iterations: number;
  /** Iterations in which P is enlarged, at most. */
  readonly earlyIterations: number;
  /** Its factor in them. */
  readonly exaggeration: number;
  /** Step per unit of gradient, the gradient with its factor 4. */
  readonly learningRate: number;
  /** Barnes–Hut accuracy in [0, 1); 0 is exact and takes time with the square of the points. */
  readonly theta: number;
  /** Threads at work, this one among them; the bits do not depend on it. */
  readonly threads: number;
  /** Iterations between reports. */
  readonly reportEvery: number;
  /** Ends it between iterations. */
  readonly signal?: AbortSignal;
}

/** L2 norm of a gradient that moves nothing any more, as scikit-learn has it. */
const AT_REST = 1e-7;

/** Iterations in a row before other tasks of this thread get their turn. */
const SLICE = 10;

/**
 * Moves points along the gradient; yields every `reportEvery` iterations and after the last. The same arguments give the same bits, on any
 * number of threads.
 *
 * @throws the signal's reason when it is aborted; RangeError when a coordinate stops being finite.
 */
export async function* descend(p: Affinities, options: TsneDescent): AsyncGenerator<TsneProgress, void> {
  const { dimensions, initial, iterations, earlyIterations, exaggeration, learningRate, signal } = options;
  const { count } = p;
  signal?.throwIfAborted();
  const entropy = p.values.reduce((sum, value) => sum + value * Math.log(value), 0);
  const team = await startTeam(p, options);
  try {
    const axes = team.positions.slice(0, dimensions).map((y, d) => {
      for (let i = 0; i < count; i++) y[i] = initial[i * dimensions + d] as number;
      return {
        y,
        attraction: team.attraction[d] as Float64Array,
        repulsion: team.repulsion[d] as Float64Array,
        move: new Float64Array(count),
        gain: new Float64Array(count).fill(1),
      };
    });
    let early = true, norm = Infinity;
    for (let iteration = 1; iteration <= iterations; iteration++) {
      const reports = iteration % options.reportEvery === 0 || iteration === iterations;
      const { total, divergence } = team.forces({ divergence: reports });
      if (early && (iteration > earlyIterations || norm < AT_REST)) {
        early = false;
        for (const { move, gain } of axes) {
          move.fill(0);
          gain.fill(1);
        }
      }
      const step = { factor: early ? exaggeration : 1, momentum: early ? 0.5 : 0.8, total, learningRate };
      norm = Math.sqrt(axes.reduce((squares, axis) => squares + moveAlong(axis, step), 0));
      if (reports) {
        if (!Number.isFinite(divergence + total)) {
          throw new RangeError(
            `t-SNE needs a smaller learning rate than ${learningRate}: got points at infinity by iteration ${iteration}`,
          );
        }
        const coordinates = new Float32Array(count * dimensions);
        axes.forEach(({ y }, d) => y.forEach((value, i) => coordinates[i * dimensions + d] = value));
        yield { iteration, iterations, kl: entropy + divergence + Math.log(total), coordinates };
      }
      if (iteration % SLICE === 0) await new Promise<void>((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
    }
  } finally {
    team.close();
  }
}

interface Axis {
  readonly y: Float64Array;
  readonly attraction: Float64Array;
  readonly repulsion: Float64Array;
  readonly move: Float64Array;
  readonly gain: Float64Array;
}

/** Moves the points along one axis; returns the sum of the gradient's squares. */
function moveAlong(
  { y, attraction, repulsion, move, gain }: Axis,
  step: { factor: number; momentum: number; total: number; learningRate: number },
): number {
  const { factor, momentum, total, learningRate } = step;
  let squares = 0;
  for (let i = 0; i < y.length; i++) {
    const gradient = 4 * (factor * (attraction[i] as number) - (repulsion[i] as number) / total);
    squares += gradient * gradient;
    const last = move[i] as number, g = gain[i] as number;
    const grown = last * gradient < 0 ? g + 0.2 : Math.max(0.8 * g, 0.01);
    gain[i] = grown;
    const next = momentum * last - learningRate * grown * gradient;
    move[i] = next;
    y[i] = (y[i] as number) + next;
  }
  return squares;
}
