import assert from "node:assert/strict";
import { crc32c } from "./crc32c.ts";
import { encodeEvent, type EventContent, stepOf } from "./event_message.ts";
import { encodeRecord, readRecords } from "./records.ts";

/** What TensorBoard 2.21's own protobuf classes and RecordWriter make of the events below. */
const GOLDEN =
  "1800000000000000a37f4b220900002040fc54d9411a0d627261696e2e4576656e743a322b3531101000000000000000" +
  "95fbfe180900002040fc54d94110ac023a020801b94512a33d000000000000006049f1ec0900005040fc54d94110ac02" +
  "2a2f0a110a0a747261696e2f6c6f737315cdcccc3d0a1a0a13747261696e2f6c6561726e696e675f726174651595bfd6" +
  "335c4305b62a00000000000000ae8d91f50900008040fc54d9411081808080202a190a170a0773616d706c6573220c08" +
  "0210c801180322030102034c4d6255";

const EVENTS: readonly (readonly [{ seconds: number; step: number }, EventContent])[] = [
  [{ seconds: 1700000000.5, step: 0 }, { kind: "version" }],
  [{ seconds: 1700000000.5, step: 300 }, { kind: "start" }],
  [{ seconds: 1700000001.25, step: 300 }, {
    kind: "values",
    scalars: { "train/loss": 0.1, "train/learning_rate": 1e-7 },
  }],
  [{ seconds: 1700000002, step: 2 ** 33 + 1 }, {
    kind: "values",
    pictures: { samples: { width: 200, height: 2, png: Uint8Array.of(1, 2, 3) } },
  }],
];

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

Deno.test("crc32c() gives the published checksum of 123456789", () => {
  assert.equal(crc32c(new TextEncoder().encode("123456789")), 0xe3069283);
});

Deno.test("encodeEvent() and encodeRecord() write the bytes that TensorBoard's own writer writes", () => {
  assert.equal(
    EVENTS.map(([head, content]) => hex(encodeRecord(encodeEvent(head, content)))).join(""),
    GOLDEN,
  );
});

Deno.test("readRecords() gives back what was written, up to the first record that is cut or damaged", () => {
  const file = Uint8Array.from(GOLDEN.match(/../g)!, (byte) => parseInt(byte, 16));
  assert.deepEqual(
    [...readRecords(file)].map(({ event }) => stepOf(event)),
    EVENTS.map(([{ step }]) => step),
  );
  const ends = [...readRecords(file)].map(({ end }) => end);
  assert.equal(ends.at(-1), file.length);
  assert.equal([...readRecords(file.subarray(0, file.length - 1))].length, 3);
  const damaged = file.slice();
  damaged[ends[1]! + 20]! ^= 1;
  assert.equal([...readRecords(damaged)].length, 2);
});

Deno.test("encodeEvent() refuses a step that is no whole number from 0", () => {
  for (const step of [-1, 0.5, NaN]) {
    assert.throws(() => encodeEvent({ seconds: 0, step }, { kind: "version" }), /step from 0, got/);
  }
});
