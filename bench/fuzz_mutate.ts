/** Damage done to files and texts, as transfers, editors and careless programs do it; the same key does the same. */
import type { Stream } from "../lib/engine/mod.ts";

/** Numbers that lengths and sizes are replaced by. */
const EXTREMES = [0, 1, 2, 127, 128, 255, 256, 32767, 65535, 65536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];
/** Values that JSON fields are replaced by. */
const VALUES = [
  ...[
    "null",
    "true",
    "-1",
    "0",
    "0.5",
    "1e308",
    "-1e-300",
    "9007199254740993",
    "1e9",
    "[]",
    "{}",
    '""',
    '"x"',
  ],
  ...['"\\ud800"', '"\\u0000"', '"../../x"', "[[[]]]", '{"__proto__":1}', '"NaN"', "[1,2,3]"],
];
/** Bytes that texts stumble over. */
const PIECES = [
  "\0",
  "\n",
  "\r",
  "\u2028",
  "\ufeff",
  '"',
  "'",
  ",",
  ";",
  "\t",
  "\\",
  "{",
  "}",
  "[",
  "]",
  "é",
  "\xff",
  "🙂",
];

const encoder = new TextEncoder();
const latin1 = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const bytesOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 255);

function spliced(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - remove + insert.length);
  result.set(bytes.subarray(0, at));
  result.set(insert, at);
  result.set(bytes.subarray(at + remove), at + insert.length);
  return result;
}

/** One change. */
function changed(bytes: Uint8Array, random: Stream): Uint8Array {
  if (bytes.length === 0) return encoder.encode(random.pick(PIECES));
  const at = random.int(0, bytes.length - 1);
  switch (random.int(0, 9)) {
    case 0: // a bit
      return bytes.map((byte, i) => i === at ? byte ^ (1 << random.int(0, 7)) : byte);
    case 1: // a byte
      return bytes.map((byte, i) => i === at ? random.int(0, 255) : byte);
    case 2: // cut off
      return bytes.slice(0, at);
    case 3: // a piece missing
      return spliced(bytes, at, random.int(1, Math.min(64, bytes.length - at)), new Uint8Array());
    case 4: // a piece twice
      return spliced(bytes, at, 0, bytes.slice(at, at + random.int(1, 64)));
    case 5: { // a number
      const size = random.pick([1, 2, 4, 8]), value = BigInt(random.pick(EXTREMES)), little = random.bool();
      const number = Uint8Array.from(
        { length: size },
        (_, i) => Number(value >> BigInt(8 * (little ? i : size - 1 - i)) & 255n),
      );
      return spliced(bytes, at, Math.min(size, bytes.length - at), number);
    }
    case 6: // a piece of text
      return spliced(bytes, at, 0, encoder.encode(random.pick(PIECES).repeat(random.pick([1, 1, 2, 300]))));
    case 7: { // a JSON value
      const text = latin1(bytes);
      const places = [...text.matchAll(/:\s*("(?:[^"\\]|\\.){0,200}"|-?[\d.eE+]+|true|false|null|\[|\{)/g)];
      if (places.length === 0) return spliced(bytes, at, 1, Uint8Array.of(0));
      const place = random.pick(places), value = place[1] as string;
      const start = place.index + place[0].length - value.length;
      return bytesOf(text.slice(0, start) + random.pick(VALUES) + text.slice(start + value.length));
    }
    case 8: // two lines swapped
      return bytesOf(random.shuffle(latin1(bytes).split("\n")).join("\n"));
    default: // all of it in another encoding
      return random.bool()
        ? encoder.encode(latin1(bytes))
        : spliced(bytes, 0, 0, Uint8Array.of(0xef, 0xbb, 0xbf));
  }
}

/** A damaged copy: one to four changes, now and then none. */
export function mutated(bytes: Uint8Array, random: Stream): Uint8Array {
  let result = Uint8Array.from(bytes);
  for (let changes = random.int(0, 4); changes > 0; changes--) {
    result = Uint8Array.from(changed(result, random));
  }
  return result;
}
