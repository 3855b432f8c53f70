/** Randomness is a key passed in: every function here is pure, the same key always gives the same numbers. */
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** 64 bits that name a place in the tree of all random streams. */
export interface Key {
  /** Two signed 32-bit words. */
  readonly words: readonly [number, number];
}

/** A mutable reader of one key's numbers. */
export interface Stream {
  /** Uniform in [0, 1) with 53 random bits. */
  float(): number;
  /** Uniform integer in [low, high], both included. */
  int(low: number, high: number): number;
  /** True with probability p. */
  bool(p?: number): boolean;
  /** Standard normal (Box-Muller). */
  normal(): number;
  /** One element, each equally likely. */
  pick<T>(from: readonly T[]): T;
  /** A shuffled copy (Fisher-Yates). */
  shuffle<T>(items: readonly T[]): T[];
}

/** murmur3's 32-bit finaliser. */
function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) | 0;
}

/** The root key of a seed. */
export function key(seed: number | string): Key {
  return fold({ words: [0x243f6a88, 0x13198a2e] }, seed);
}

/** A key below `parent`, named by data: `fold(key(1), "val", task, index)`. */
export function fold(parent: Key, ...data: readonly (number | string)[]): Key {
  let [a, b] = parent.words;
  for (const datum of data) {
    const text = `${typeof datum}:${datum};`;
    for (let i = 0; i < text.length; i++) {
      a = mix(Math.imul(a ^ text.charCodeAt(i), 0x01000193) + 0x9e3779b9);
      b = mix(Math.imul(b + text.charCodeAt(i), 0x27d4eb2f) ^ a);
    }
  }
  return { words: [a, b] };
}

/** Opens the stream of a key. */
export function stream(from: Key): Stream {
  const generator = xoroshiro128plus(from.words[0] ^ Math.imul(from.words[1], 0x9e3779b1));
  for (let i = 0; i < 4; i++) generator.next();
  let spare: number | undefined;
  const self: Stream = {
    float: () => uniformFloat64(generator),
    int: (low, high) => uniformInt(generator, low, high),
    bool: (p = 0.5) => uniformFloat64(generator) < p,
    normal: () => {
      if (spare !== undefined) {
        const second = spare;
        spare = undefined;
        return second;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniformFloat64(generator)));
      const angle = 2 * Math.PI * uniformFloat64(generator);
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
    pick: <T>(from: readonly T[]): T => {
      if (from.length === 0) throw new RangeError("pick() needs at least one element, got none");
      return from[uniformInt(generator, 0, from.length - 1)] as T;
    },
    shuffle: <T>(items: readonly T[]): T[] => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = uniformInt(generator, 0, i);
        [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
      }
      return copy;
    },
  };
  return self;
}

/** `count` samples from N(mean, std²). */
export function normal(
  from: Key,
  count: number,
  options: { mean?: number; std?: number } = {},
): Float32Array {
  const { mean = 0, std = 1 } = options;
  const source = stream(from);
  return Float32Array.from({ length: count }, () => mean + std * source.normal());
}

/** `count` samples from the uniform distribution on [low, high). */
export function uniform(
  from: Key,
  count: number,
  options: { low?: number; high?: number } = {},
): Float32Array {
  const { low = 0, high = 1 } = options;
  const source = stream(from);
  return Float32Array.from({ length: count }, () => low + (high - low) * source.float());
}
