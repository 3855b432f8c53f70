/**
 * Events of a training as TensorBoard reads them: the few fields of event.proto and summary.proto that scalars and pictures need, in protobuf's
 * wire format.
 *
 * | message | field        | number | wire type |
 * | ------- | ------------ | ------ | --------- |
 * | Event   | wall_time    | 1      | double    |
 * |         | step         | 2      | varint    |
 * |         | file_version | 3      | string    |
 * |         | summary      | 5      | message   |
 * |         | session_log  | 7      | message: status 1, a varint; 1 is START |
 * | Summary | value        | 1      | message   |
 * | Value   | tag          | 1      | string    |
 * |         | simple_value | 2      | float     |
 * |         | image        | 4      | message: height 1, width 2, colorspace 3, varints; encoded_image_string 4, bytes |
 */
import { joinedBytes } from "../engine/joined.ts";

/** A picture as a PNG file. */
export interface EventPicture {
  /** Pixels across. */
  readonly width: number;
  /** Pixels down. */
  readonly height: number;
  /** The file. */
  readonly png: Uint8Array;
}

/** What happened, one of three kinds: how the file is written, a session that goes on at `step`, or values of a step. */
export type EventContent =
  | { readonly kind: "version" }
  | { readonly kind: "start" }
  | {
    readonly kind: "values";
    readonly scalars?: Readonly<Record<string, number>>;
    readonly pictures?: Readonly<Record<string, EventPicture>>;
  };

const VERSION = "brain.Event:2";
/** Channels of a picture: RGB. */
const COLOURS = 3;
const START = 1;

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  bytes.push(left);
  return Uint8Array.from(bytes);
}

/** A field by number: a whole number, … */
const whole = (number: number, value: number): Uint8Array =>
  joinedBytes([varint(number << 3), varint(value)]);
/** … bytes with their length, … */
const bytes = (number: number, content: Uint8Array): Uint8Array =>
  joinedBytes([varint((number << 3) | 2), varint(content.length), content]);
const text = (number: number, content: string): Uint8Array =>
  bytes(number, new TextEncoder().encode(content));

/** … or a number with a point, of 8 or 4 bytes. */
function real(number: number, value: number, size: 8 | 4): Uint8Array {
  const field = new Uint8Array(1 + size);
  field[0] = (number << 3) | (size === 8 ? 1 : 5);
  const view = new DataView(field.buffer, 1);
  if (size === 8) view.setFloat64(0, value, true);
  else view.setFloat32(0, value, true);
  return field;
}

/** The bytes of an event. `seconds` is since 1970; `step` is a whole number from 0. @throws RangeError for another step. */
export function encodeEvent(
  { seconds, step }: { readonly seconds: number; readonly step: number },
  content: EventContent,
): Uint8Array {
  if (!Number.isSafeInteger(step) || step < 0) {
    throw new RangeError(`An event needs a step from 0, got ${step}`);
  }
  const head = [real(1, seconds, 8), ...(step === 0 ? [] : [whole(2, step)])];
  if (content.kind === "version") return joinedBytes([...head, text(3, VERSION)]);
  if (content.kind === "start") return joinedBytes([...head, bytes(7, whole(1, START))]);
  const { scalars = {}, pictures = {} } = content;
  const values = [
    ...Object.entries(scalars).map(([tag, value]) => joinedBytes([text(1, tag), real(2, value, 4)])),
    ...Object.entries(pictures).map(([tag, { width, height, png }]) =>
      joinedBytes([
        text(1, tag),
        bytes(4, joinedBytes([whole(1, height), whole(2, width), whole(3, COLOURS), bytes(4, png)])),
      ])
    ),
  ];
  return joinedBytes([...head, bytes(5, joinedBytes(values.map((value) => bytes(1, value))))]);
}

/** The step of an event as {@link encodeEvent} writes it. */
export function stepOf(event: Uint8Array): number {
  const behindTime = 9;
  if (event[behindTime] !== 2 << 3) return 0;
  let step = 0, unit = 1;
  for (let at = behindTime + 1; at < event.length; at++) {
    const byte = event[at] as number;
    step += (byte & 0x7f) * unit;
    if (byte < 0x80) break;
    unit *= 128;
  }
  return step;
}
