/**
 * Jupyter's wire format (messaging protocol 5.3, "The wire protocol"): a message is the frames
 * `<IDS|MSG>`, signature, header, parent header, metadata, content; the signature is the HMAC-SHA-256 of the four JSON frames.
 */
import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";

/** What every message carries. */
export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session: string;
  readonly username: string;
  readonly date: string;
  readonly version: string;
}

/** A message as the kernel or we send it. */
export interface Message {
  readonly header: Header;
  readonly parent: Partial<Header>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly content: Readonly<Record<string, unknown>>;
}

const DELIMITER = "<IDS|MSG>";

/** A new message of a session. */
export function message(type: string, content: Message["content"], session: string): Message {
  const header = {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "ipadapter",
    date: new Date().toISOString(),
    version: "5.3",
  };
  return { header, parent: {}, metadata: {}, content };
}

function sign(key: string, frames: readonly Uint8Array[]): string {
  const hmac = createHmac("sha256", key);
  for (const frame of frames) hmac.update(frame);
  return hmac.digest("hex");
}

/** The frames of a message, signed with the connection's key. */
export function encodeMessage({ header, parent, metadata, content }: Message, key: string): Uint8Array[] {
  const encoder = new TextEncoder();
  const frames = [header, parent, metadata, content].map((part) => encoder.encode(JSON.stringify(part)));
  return [encoder.encode(DELIMITER), encoder.encode(sign(key, frames)), ...frames];
}

/**
 * A message from its frames; routing prefixes before the delimiter and buffers after the content are passed over.
 *
 * @throws TypeError for frames that are no message, or carry another signature than the key gives.
 */
export function decodeMessage(frames: readonly Uint8Array[], key: string): Message {
  const decoder = new TextDecoder();
  const start = frames.findIndex((frame) => decoder.decode(frame) === DELIMITER);
  const signature = frames[start + 1];
  const parts = frames.slice(start + 2, start + 6);
  if (start < 0 || signature === undefined || parts.length !== 4) {
    throw new TypeError(
      `Reading a kernel's message needs ${DELIMITER} and five frames, got ${frames.length}`,
    );
  }
  const expected = new TextEncoder().encode(sign(key, parts));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new TypeError(
      "Reading a kernel's message failed: expected the connection's signature, got another",
    );
  }
  const [header, parent, metadata, content] = parts.map((part) => JSON.parse(decoder.decode(part)));
  return { header, parent, metadata, content };
}
