/** The map's instructions with what is derived from their words. */
import {
  decodeFloats,
  dimensionsOf,
  type LayerAnswer,
  LAYOUT_IDS,
  type LayoutId,
  type LayoutQuality,
  type MapTask,
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
  /** The tasks in the order of Table 1. */
  readonly tasks: readonly MapTask[];
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

/** What its words say is read when it is asked for: the first picture needs none of it. */
class Instruction implements KnownPoint {
  readonly text: string;
  readonly task: SpacePoint["task"];
  readonly split: SpacePoint["split"];
  readonly template: SpacePoint["template"];
  constructor(point: SpacePoint, readonly index: number, readonly nearest: number, readonly margin: number) {
    this.text = point.text;
    this.task = point.task;
    this.split = point.split;
    this.template = point.template;
  }
  get words(): number {
    return this.text.split(" ").length;
  }
  get opening(): string {
    return openingOf(this.text);
  }
}

/** A record whose values are made when they are first read. */
function lazily<K extends string, V>(names: readonly K[], make: (name: K) => V): Readonly<Record<K, V>> {
  const record = {} as Record<K, V>;
  for (const name of names) {
    Object.defineProperty(record, name, {
      enumerable: true,
      configurable: true,
      get() {
        const value = make(name);
        Object.defineProperty(record, name, { enumerable: true, value });
        return value;
      },
    });
  }
  return record;
}

/** The frame of all places [points dimensions]. */
function frameOf(places: Float32Array, dimensions: number): Frame {
  const low = Array<number>(dimensions).fill(Infinity), high = Array<number>(dimensions).fill(-Infinity);
  for (let at = 0; at < places.length; at++) {
    const d = at % dimensions, value = places[at]!;
    if (value < low[d]!) low[d] = value;
    if (value > high[d]!) high[d] = value;
  }
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
  const decoded = lazily(LAYOUT_IDS, (id) => {
    const places = decodeFloats(answer.layouts[id].coordinates);
    const frame = frameOf(places, dimensionsOf(id));
    return { frame, places: framed(places, frame) };
  });
  return {
    tasks: answer.tasks,
    points: answer.points.map((point, i) => new Instruction(point, i, nearest[i]!, margin[i]!)),
    trained: answer.trained,
    purity: answer.purity,
    layouts: lazily(LAYOUT_IDS, (id) => decoded[id].places),
    frames: lazily(LAYOUT_IDS, (id) => decoded[id].frame),
    quality: lazily(LAYOUT_IDS, (id) => answer.layouts[id].quality),
    ...(answer.studio ? { studio: answer.studio } : {}),
  };
}

/** A placed text's place on a layout, in its frame [3]. */
export function framedPlace({ frames }: Known, placed: PlacedAnswer, layout: LayoutId): Float32Array {
  return framed(placed.coordinates[layout], frames[layout]);
}

const framedLayers = new WeakMap<LayerAnswer, Map<Frame, Float32Array>>();

/** A layer's places on a layout, in its frame [lines 3]: worked out once, since every change of the page asks. */
export function framedLayer({ frames }: Known, layer: LayerAnswer, layout: LayoutId): Float32Array {
  const kept = framedLayers.get(layer) ?? new Map<Frame, Float32Array>();
  framedLayers.set(layer, kept);
  const frame = frames[layout];
  const places = kept.get(frame) ?? framed(decodeFloats(layer.coordinates[layout]), frame);
  kept.set(frame, places);
  return places;
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
