/**
 * Where does everything stand? A picture's edges are compared with those of pictures that the generator drew in each layout: a slot for the thing
 * and a height of the horizon in scenes, the side, the zoom and the mirror in portraits (k nearest neighbours, whatever thing, look and place).
 */
import { fold, key, stream } from "../engine/mod.ts";
import { type Rgb, SIZE } from "./canvas.ts";
import { drawPortraitSpec, drawSceneSpec, drawStyle, horizonOf, slotOf } from "./draw_spec.ts";
import { sobel } from "./edges.ts";
import type { Bank, ImageTruth } from "./pair.ts";
import { poolOf } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";
import { drawScene } from "./scene_image.ts";

/** What a layout is made of: independent facts, each told right or wrong. */
export type LayoutFacts = Readonly<Record<string, string>>;

/** Facts of a picture's layout. @throws RangeError for a crop. */
function layoutFacts(truth: ImageTruth): LayoutFacts {
  if (truth.kind === "scene") return { slot: slotOf(truth.layout), horizon: horizonOf(truth.layout) };
  if (truth.kind === "portrait") {
    const { shift, zoomed } = truth.layout;
    return { side: shift < 0 ? "left" : shift > 0 ? "right" : "middle", zoom: zoomed ? "near" : "far" };
  }
  throw new RangeError(`Judging a layout needs a scene or a portrait, got a ${truth.kind}`);
}

/** Reference pictures of one kind. */
export interface LayoutGallery {
  /** Statistics of each picture. */
  readonly rows: readonly Float32Array[];
  /** The layout of each. */
  readonly facts: readonly LayoutFacts[];
}

/** Reference pictures of both kinds. */
export interface LayoutOracle {
  /** Scenes in every layout. */
  readonly scene: LayoutGallery;
  /** Portraits in every layout. */
  readonly portrait: LayoutGallery;
}

const NEIGHBOURS = 9;
const CELLS = 16;

/** Draws `count` reference pictures of each kind. */
export function buildLayoutOracle(bank: Bank, options: { count?: number } = {}): LayoutOracle {
  const { count = 1200 } = options;
  const pool = poolOf("pre", 0);
  const gallery = (draw: (i: number) => { image: Rgb; facts: LayoutFacts }): LayoutGallery => {
    const all = Array.from({ length: count }, (_, i) => draw(i));
    return { rows: all.map(({ image }) => layoutStatistics(image)), facts: all.map(({ facts }) => facts) };
  };
  return {
    scene: gallery((i) => {
      const random = stream(fold(key("layout oracle"), "scene", i));
      const spec = drawSceneSpec(random, pool, { style: drawStyle(random, pool, 0.5) });
      const { image, box } = drawScene(bank.sprites, spec);
      return { image, facts: layoutFacts({ ...spec, box }) };
    }),
    portrait: gallery((i) => {
      const random = stream(fold(key("layout oracle"), "portrait", i));
      const spec = drawPortraitSpec(random, pool, { treatedShare: 0.5 });
      return { image: drawPortrait(bank.portraits, spec), facts: layoutFacts(spec) };
    }),
  };
}

const built = new WeakMap<Bank, LayoutOracle>();

/** The oracle of a bank, drawn at the first call. */
export function layoutOracleOf(bank: Bank): LayoutOracle {
  const oracle = built.get(bank) ?? buildLayoutOracle(bank);
  built.set(bank, oracle);
  return oracle;
}

/** The facts that most of the nearest references show, each by itself. */
export function classifyLayout(oracle: LayoutOracle, image: Rgb, kind: "scene" | "portrait"): LayoutFacts {
  const row = layoutStatistics(image);
  const { rows, facts } = oracle[kind];
  const near = rows.map((reference, i) => {
    let likeness = 0;
    for (let k = 0; k < row.length; k++) likeness += row[k]! * reference[k]!;
    return { likeness, facts: facts[i]! };
  }).sort((a, b) => b.likeness - a.likeness).slice(0, NEIGHBOURS);
  return Object.fromEntries(
    Object.keys(near[0]!.facts).map((name) => {
      const votes = new Map<string, number>();
      for (const { facts } of near) votes.set(facts[name]!, (votes.get(facts[name]!) ?? 0) + 1);
      return [name, [...votes].sort((a, b) => b[1] - a[1])[0]![0]];
    }),
  );
}

/** Share of a picture's facts that are as in `truth`, in [0, 1], higher is better. */
export function layoutKept(oracle: LayoutOracle, image: Rgb, truth: ImageTruth): number {
  if (truth.kind === "crop") throw new RangeError("Judging a layout needs a scene or a portrait, got a crop");
  const [found, wanted] = [classifyLayout(oracle, image, truth.kind), layoutFacts(truth)];
  const names = Object.keys(wanted);
  return names.filter((name) => found[name] === wanted[name]).length / names.length;
}

/** Square roots of the edges in 16 × 16 cells, and of what changes from row to row beside the middle, where the horizon shows: two unit vectors. */
function layoutStatistics(image: Rgb): Float32Array {
  const edges = sobel(image);
  const cell = SIZE / CELLS;
  const cells = new Float32Array(CELLS * CELLS);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      cells[Math.floor(y / cell) * CELLS + Math.floor(x / cell)]! += edges[y * SIZE + x]!;
    }
  }
  const steps = new Float32Array(SIZE / 2);
  for (const columns of [[0, BESIDE], [SIZE - BESIDE, SIZE]] as const) {
    for (let y = 2; y < SIZE - 2; y++) {
      let change = 0;
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let x = columns[0]; x < columns[1]; x++) {
          sum += image[((y + 1) * SIZE + x) * 3 + c]! - image[((y - 1) * SIZE + x) * 3 + c]!;
        }
        change += Math.abs(sum) / BESIDE;
      }
      steps[Math.floor(y / 2)]! += change;
    }
  }
  return Float32Array.from([...unit(cells), ...unit(steps)]);
}

/** Columns on either side in which few things stand. */
const BESIDE = 10;

/** Square roots about their mean, of length 1. */
function unit(values: Float32Array): Float32Array {
  const roots = values.map(Math.sqrt);
  const mean = roots.reduce((a, b) => a + b, 0) / roots.length;
  const norm = Math.sqrt(roots.reduce((sum, value) => sum + (value - mean) ** 2, 0)) || 1;
  return roots.map((value) => (value - mean) / norm);
}
