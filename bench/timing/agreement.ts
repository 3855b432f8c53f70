/** Whether two sides compute the same: a timing of two different functions says nothing. */
import { leaf } from "../../lib/engine/mod.ts";
import type { Check } from "./side.ts";

/** How far a peer is from us. All errors are relative. */
export interface Agreement {
  /** Largest relative difference of a step's loss; 0 where nothing is trained. */
  readonly loss: number;
  /** Relative difference of the first gradient's norm before clipping; 0 where nothing is trained. */
  readonly norm: number;
  /** ‖a − a'‖ / ‖a'‖ over all arrays: the first step's gradient, or the outputs. */
  readonly arrays: number;
  /** The same of the array that is farthest off. */
  readonly worst: { readonly name: string; readonly error: number };
}

/** Largest error of a loss or of all arrays together at which two sides count as the same. */
export const AGREEMENT_BAR = 1e-4;
/** The same of the norm: one float32 sum over a million squares, whose order differs, keeps four digits. */
export const NORM_BAR = 1e-3;

const difference = (a: number, b: number) => Math.abs(a - b) / Math.abs(b);

/**
 * Compares our first runs with a peer's.
 *
 * @throws RangeError when the peer lacks an array, or numbers of steps or sizes differ.
 */
export function compareChecks(ours: Check, peer: Check): Agreement {
  if (ours.losses.length !== peer.losses.length) {
    throw new RangeError(
      `Comparing two sides needs the same steps: got ${ours.losses.length} and ${peer.losses.length} losses`,
    );
  }
  let apart = 0;
  let size = 0;
  let worst = { name: "", error: 0 };
  for (const [name, { data }] of Object.entries(ours.arrays)) {
    const other = leaf(peer.arrays, name).data;
    if (other.length !== data.length) {
      throw new RangeError(
        `Comparing "${name}": got ${data.length} and ${other.length} numbers`,
      );
    }
    let ownApart = 0;
    let ownSize = 0;
    for (let i = 0; i < data.length; i++) {
      const expected = other[i] as number;
      ownApart += ((data[i] as number) - expected) ** 2;
      ownSize += expected ** 2;
    }
    apart += ownApart;
    size += ownSize;
    const error = Math.sqrt(ownApart / ownSize);
    if (!(error <= worst.error)) worst = { name, error };
  }
  return {
    loss: Math.max(0, ...ours.losses.map((loss, i) => difference(loss, peer.losses[i] as number))),
    norm: ours.norm === undefined ? 0 : difference(ours.norm, peer.norm ?? NaN),
    arrays: Math.sqrt(apart / size),
    worst,
  };
}

/** Whether losses, norm and arrays are within their bars. NaN never is. */
export function agrees({ loss, norm, arrays }: Agreement): boolean {
  return loss <= AGREEMENT_BAR && arrays <= AGREEMENT_BAR && norm <= NORM_BAR;
}
