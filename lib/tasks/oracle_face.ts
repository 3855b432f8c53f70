/**
 * Who is it? A picture is compared with every view of every person of a pool, on the target's background; the
 * nearest person's attributes are then held against the true ones. The paper has no such score.
 */
import { resample } from "../raster/mod.ts";
import { type Rgb, SIZE } from "./canvas.ts";
import type { Bank } from "./pair.ts";
import { poolOf } from "./pools.ts";
import { BACKGROUNDS, framedPortrait, type PortraitLayout, type PortraitSpec } from "./portrait_image.ts";
import { type Identity, persons, VIEW_COUNT } from "./portraits.ts";

/** Gallery pictures are compared at 32x32, the upper 26 rows: clothes say nothing about a person. */
const SIDE = 32;
const ROWS = 26;

/** One person's view as it stands in a picture. */
interface Entry {
  readonly identity: Identity;
  /** RGBA [32 32 4]. */
  readonly pixels: Uint8Array;
}

/** Small pictures of the persons to choose from. */
export interface FaceOracle {
  /** One per person and view, in the given layout. */
  entries(layout: PortraitLayout): readonly Entry[];
}

/** What makes two persons look alike. */
const ATTRIBUTES = ["family", "hair", "hairColour", "skin", "beard", "glasses"] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

/** Small pictures of all views of the identities from `first` to before `end` (poolOf(split, 0).identities), made once per layout. */
export function buildFaceOracle(bank: Bank, [first, end]: readonly [number, number]): FaceOracle {
  const galleries = new Map<string, readonly Entry[]>();
  const make = (layout: PortraitLayout): Entry[] => {
    const shift = Math.round(layout.shift * SIDE);
    return persons().slice(first, end).flatMap(({ identity }) =>
      Array.from({ length: VIEW_COUNT }, (_, viewIndex) => {
        const { pixels } = resample(
          framedPortrait(bank.portraits, { identity, viewIndex, layout }),
          SIDE,
          SIDE,
        );
        const shifted = new Uint8Array(pixels.length);
        for (let y = 0; y < SIDE; y++) {
          const [from, to] = [Math.max(0, -shift), Math.min(SIDE, SIDE - shift)];
          shifted.set(
            pixels.subarray((y * SIDE + from) * 4, (y * SIDE + to) * 4),
            (y * SIDE + from + shift) * 4,
          );
        }
        return { identity, pixels: shifted };
      })
    );
  };
  return {
    entries(layout) {
      const id = JSON.stringify([layout.shift, layout.flip, layout.zoomed]);
      const entries = galleries.get(id) ?? make(layout);
      galleries.set(id, entries);
      return entries;
    },
  };
}

const built = new WeakMap<Bank, FaceOracle>();

/** The oracle of a bank's held-out persons, made at the first call. */
export function heldOutFaces(bank: Bank): FaceOracle {
  const oracle = built.get(bank) ?? buildFaceOracle(bank, poolOf("val", 0).identities);
  built.set(bank, oracle);
  return oracle;
}

/** Before what and in which frame a person may stand. */
export type Setting = Pick<PortraitSpec, "background" | "layout">;

/** The person of the gallery whose view, in one of the given layouts and before one of the given backgrounds, is nearest to the picture (mean squared colour difference). */
export function nearestIdentity(oracle: FaceOracle, image: Rgb, ...settings: readonly Setting[]): Identity {
  const small = halve(image);
  let best: Identity | undefined;
  let least = Infinity;
  for (const { background, layout } of settings) {
    const ground = BACKGROUNDS[background];
    for (const { identity, pixels } of oracle.entries(layout)) {
      let sum = 0;
      for (let p = 0; p < ROWS * SIDE && sum < least; p++) {
        const rest = 1 - pixels[p * 4 + 3]! / 255;
        for (let c = 0; c < 3; c++) {
          sum += (pixels[p * 4 + c]! + ground[c]! * rest - small[p * 3 + c]!) ** 2;
        }
      }
      if (sum < least) [least, best] = [sum, identity];
    }
  }
  if (!best) throw new RangeError("nearestIdentity() needs a gallery with persons and a setting, got none");
  return best;
}

/** Share of ATTRIBUTES in which two persons agree, 0 to 1, higher is better. */
export function attributeAgreement(found: Identity, truth: Identity): number {
  return ATTRIBUTES.filter((attribute) => found[attribute] === truth[attribute]).length / ATTRIBUTES.length;
}

function halve(image: Rgb): Float32Array {
  const step = SIZE / SIDE;
  const result = new Float32Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const o = (Math.floor(y / step) * SIDE + Math.floor(x / step)) * 3;
      for (let c = 0; c < 3; c++) result[o + c]! += image[(y * SIZE + x) * 3 + c]! / (step * step);
    }
  }
  return result;
}
