/**
 * A style judge without any network: colour and edge statistics of a picture, compared with pictures the generator
 * drew in each of the 53 styles (k nearest neighbours). It tells treatments well and families fairly.
 */
import { fold, key, stream } from "../engine/mod.ts";
import { luminance, type Rgb, SIZE } from "./canvas.ts";
import { drawPortraitSpec, drawSceneSpec, drawSeed } from "./draw_spec.ts";
import { sobel } from "./edges.ts";
import type { Bank } from "./pair.ts";
import { poolOf } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";
import { drawScene } from "./scene_image.ts";
import { sampleStyle, type Style, STYLES } from "./styles.ts";

/** Reference pictures of one kind as statistics. */
export interface StyleGallery {
  /** Row per reference picture, standardised features. */
  readonly references: readonly Float64Array[];
  /** Style of each row, an index into STYLES. */
  readonly labels: readonly number[];
  /** Mean of each statistic. */
  readonly mean: Float64Array;
  /** One over the standard deviation of each statistic. */
  readonly scale: Float64Array;
}

/** Reference pictures of both kinds; portraits have treatments alone and stand for the plain family's styles. */
export interface StyleOracle {
  /** Scenes of every style. */
  readonly scene: StyleGallery;
  /** Portraits of every treatment. */
  readonly portrait: StyleGallery;
}

const NEIGHBOURS = 5;
/** Family under which portraits are counted. */
const PORTRAIT_LABEL = "flat";
/** Untreated pictures are as frequent as all treated ones, and as various: they have this many times the references. */
const UNTREATED = 6;

/** Draws `perStyle` (default 16) reference scenes of every style, twice as many portraits of every treatment, and more of the untreated. */
export function buildStyleOracle(bank: Bank, options: { perStyle?: number } = {}): StyleOracle {
  const { perStyle = 16 } = options;
  const pool = poolOf("pre", 0);
  const countOf = (style: Style, count: number) => style.treatment === "none" ? UNTREATED * count : count;
  const drawAll = (
    styles: readonly Style[],
    count: number,
    draw: (style: Style, i: number) => Rgb,
  ): StyleGallery => {
    const rows: Float64Array[] = [];
    const labels: number[] = [];
    for (const style of styles) {
      for (let i = 0; i < countOf(style, count); i++) {
        rows.push(styleStatistics(draw(style, i)));
        labels.push(STYLES.indexOf(style));
      }
    }
    return standardised(rows, labels);
  };
  return {
    scene: drawAll(STYLES, perStyle, (style, i) => {
      const random = stream(fold(key("style oracle"), style.id, i));
      const spec = drawSceneSpec(random, pool, { style: sampleStyle(style, drawSeed(random)) });
      return drawScene(bank.sprites, spec).image;
    }),
    portrait: drawAll(STYLES.filter(({ family }) => family === PORTRAIT_LABEL), 2 * perStyle, (style, i) => {
      const random = stream(fold(key("style oracle"), "portrait", style.id, i));
      const { treatment, hue, strength } = sampleStyle(style, drawSeed(random));
      return drawPortrait(bank.portraits, {
        ...drawPortraitSpec(random, pool),
        treatment: { treatment, hue, strength },
      });
    }),
  };
}

function standardised(rows: readonly Float64Array[], labels: readonly number[]): StyleGallery {
  const width = rows[0]!.length;
  const mean = new Float64Array(width), scale = new Float64Array(width);
  for (let k = 0; k < width; k++) {
    let sum = 0, squares = 0;
    for (const row of rows) {
      sum += row[k]!;
      squares += row[k]! ** 2;
    }
    mean[k] = sum / rows.length;
    scale[k] = 1 / Math.sqrt(Math.max(squares / rows.length - mean[k]! ** 2, 1e-6));
  }
  return { references: rows.map((row) => standardise(row, mean, scale)), labels, mean, scale };
}

const built = new WeakMap<Bank, StyleOracle>();

/** The oracle of a bank, drawn at the first call. */
export function styleOracleOf(bank: Bank): StyleOracle {
  const oracle = built.get(bank) ?? buildStyleOracle(bank);
  built.set(bank, oracle);
  return oracle;
}

/** The style a picture looks like: the one most frequent among its nearest references, the nearer winning a tie. */
export function classifyStyle(oracle: StyleOracle, image: Rgb, kind: "scene" | "portrait"): Style {
  const { references, labels, mean, scale } = oracle[kind];
  const row = standardise(styleStatistics(image), mean, scale);
  const distances = references.map((reference, i) => {
    let sum = 0;
    for (let k = 0; k < row.length; k++) sum += Math.abs(row[k]! - reference[k]!);
    return { sum, label: labels[i]! };
  });
  distances.sort((a, b) => a.sum - b.sum);
  const votes = new Map<number, number>();
  distances.slice(0, NEIGHBOURS).forEach(({ sum, label }) =>
    votes.set(label, (votes.get(label) ?? 0) + 1 / (1e-6 + sum))
  );
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  return STYLES[best![0]]!;
}

function standardise(row: Float64Array, mean: Float64Array, scale: Float64Array): Float64Array {
  return row.map((value, k) => (value - mean[k]!) * scale[k]!);
}

/** 44 numbers: quantiles of brightness, saturation, channels, edges and detail; hue shares; paper, ink and blocks. */
function styleStatistics(image: Rgb): Float64Array {
  const count = SIZE * SIZE;
  const bright = new Float32Array(count), vivid = new Float32Array(count), detail = new Float32Array(count);
  const channels = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
  const hues = new Float64Array(8);
  let paper = 0, ink = 0, colour = 0;
  for (let p = 0, i = 0; p < count; p++, i += 3) {
    const [r, g, b] = [image[i]!, image[i + 1]!, image[i + 2]!];
    bright[p] = luminance(r, g, b);
    const [top, bottom] = [Math.max(r, g, b), Math.min(r, g, b)];
    vivid[p] = top - bottom;
    colour += vivid[p]!;
    channels.forEach((channel, c) => channel[p] = image[i + c]!);
    if (bottom > 247) paper++;
    if (top < 60) ink++;
    if (top > bottom) {
      const sector = top === r
        ? ((g - b) / (top - bottom) + 6) % 6
        : top === g
        ? (b - r) / (top - bottom) + 2
        : (r - g) / (top - bottom) + 4;
      hues[Math.min(7, Math.floor((sector / 6) * 8))]! += top - bottom;
    }
  }
  let inBlock = 0, betweenBlocks = 0;
  for (let y = 1; y < SIZE - 1; y++) {
    for (let x = 1; x < SIZE - 1; x++) {
      const p = y * SIZE + x;
      const right = Math.abs(bright[p]! - bright[p + 1]!);
      if (x % 4 === 3) betweenBlocks += right;
      else inBlock += right / 3;
      detail[p] = Math.abs(
        4 * bright[p]! - bright[p - 1]! - bright[p + 1]! - bright[p - SIZE]! - bright[p + SIZE]!,
      );
    }
  }
  return Float64Array.from([
    ...quantiles(bright, [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]),
    ...quantiles(vivid, [0.1, 0.5, 0.9, 0.98]),
    ...channels.flatMap((channel) => quantiles(channel, [0.05, 0.5, 0.95])),
    ...quantiles(sobel(image), [0.25, 0.5, 0.75, 0.9, 0.98]),
    ...quantiles(detail, [0.25, 0.5, 0.75, 0.9, 0.98]),
    ...Array.from(hues, (share) => 200 * share / Math.max(colour, 1)),
    100 * Math.sqrt(paper / count),
    100 * Math.sqrt(ink / count),
    Math.min(20, betweenBlocks / (inBlock + 200)) * 20,
    ...rimStatistics(image),
  ]);
}

/** Mean colour spread of corners against the middle: the lamp of the 3d family. */
function rimStatistics(image: Rgb): number[] {
  const mean = (left: number, top: number): number => {
    let sum = 0;
    for (let y = top; y < top + 6; y++) {
      for (let x = left; x < left + 6; x++) {
        const i = (y * SIZE + x) * 3;
        sum += luminance(image[i]!, image[i + 1]!, image[i + 2]!);
      }
    }
    return sum / 36;
  };
  const drift = (left: number, top: number, dx: number, dy: number): number =>
    Math.abs(mean(left, top) - mean(left + dx, top + dy));
  return [drift(0, 0, 8, 0), drift(56, 0, -8, 0), drift(0, 58, 8, 0)];
}

function quantiles(values: Float32Array, shares: readonly number[]): number[] {
  const sorted = values.slice().sort();
  return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
}
