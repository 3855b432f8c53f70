/** The map's instructions with what is derived from their words. */
import {
  decodeFloats,
  dimensionsOf,
  type LayerAnswer,
  LAYOUT_IDS,
  type LayoutId,
  type LayoutQuality,
  type PlacedAnswer,
  type SpaceAnswer,
  type SpacePoint,
  type StudioAnswer,
} from "../api.ts";

/** A known instruction. */
export interface KnownPoint extends SpacePoint {
  readonly index: number;
  /** Number of words. */
  readonly words: number;
  /** First two words, lower case. */
  readonly opening: string;
  /** Cosine to the nearest other training instruction. */
  readonly nearest: number;
  /** That of the own task less that of the others. */
  readonly margin: number;
}

/** How a layout's coordinates are brought to the unit square or cube. */
export interface Frame {
  readonly centre: readonly number[];
  readonly half: number;
}

/** The map, decoded. */
export interface Known {
  readonly points: readonly KnownPoint[];
  readonly trained: number;
  readonly purity: number;
  /** [points 3] in the frame; the third is 0 in two dimensions. */
  readonly layouts: Readonly<Record<LayoutId, Float32Array>>;
  readonly frames: Readonly<Record<LayoutId, Frame>>;
  readonly quality: Readonly<Record<LayoutId, LayoutQuality>>;
  readonly studio?: StudioAnswer;
}

/** The first words of a text, lower case. */
export function openingOf(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}' ]/gu, "").split(" ").filter(Boolean).slice(0, 2).join(" ");
}

/** The frame of all places [points dimensions]. */
function frameOf(places: Float32Array, dimensions: number): Frame {
  const low = Array<number>(dimensions).fill(Infinity), high = Array<number>(dimensions).fill(-Infinity);
  places.forEach((value, at) => {
    const d = at % dimensions;
    low[d] = Math.min(low[d]!, value);
    high[d] = Math.max(high[d]!, value);
  });
  return {
    centre: low.map((value, d) => (value + high[d]!) / 2),
    half: Math.max(...low.map((value, d) => (high[d]! - value) / 2)) || 1,
  };
}

/** Places [count dimensions] in a frame, as [count 3]. */
export function framed(places: ArrayLike<number>, { centre, half }: Frame): Float32Array {
  const dimensions = centre.length, count = places.length / dimensions;
  const result = new Float32Array(count * 3);
  for (let i = 0; i < count; i++) {
    for (let d = 0; d < dimensions; d++) {
      result[3 * i + d] = (places[i * dimensions + d]! - centre[d]!) / half;
    }
  }
  return result;
}

/** Decodes the server's answer. */
export function knownPoints(answer: SpaceAnswer): Known {
  const nearest = decodeFloats(answer.nearest), margin = decodeFloats(answer.margin);
  const layouts = {} as Record<LayoutId, Float32Array>;
  const frames = {} as Record<LayoutId, Frame>, quality = {} as Record<LayoutId, LayoutQuality>;
  for (const id of LAYOUT_IDS) {
    const places = decodeFloats(answer.layouts[id].coordinates);
    frames[id] = frameOf(places, dimensionsOf(id));
    layouts[id] = framed(places, frames[id]);
    quality[id] = answer.layouts[id].quality;
  }
  return {
    points: answer.points.map((point, index) => ({
      ...point,
      index,
      words: point.text.split(" ").length,
      opening: openingOf(point.text),
      nearest: nearest[index]!,
      margin: margin[index]!,
    })),
    trained: answer.trained,
    purity: answer.purity,
    layouts,
    frames,
    quality,
    ...(answer.studio ? { studio: answer.studio } : {}),
  };
}

/** A placed text's place on a layout, in its frame [3]. */
export function framedPlace({ frames }: Known, placed: PlacedAnswer, layout: LayoutId): Float32Array {
  return framed(placed.coordinates[layout], frames[layout]);
}

/** A layer's places on a layout, in its frame [lines 3]. */
export function framedLayer({ frames }: Known, layer: LayerAnswer, layout: LayoutId): Float32Array {
  return framed(decodeFloats(layer.coordinates[layout]), frames[layout]);
}

/** Indices of the instructions that hold all words of a query, whatever their case. */
export function searchWords(points: readonly KnownPoint[], query: string): number[] {
  const words = query.toLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return [];
  return points.flatMap(({ text, index }) => {
    const own = text.toLowerCase();
    return words.every((word) => own.includes(word)) ? [index] : [];
  });
}
