/**
 * WebDataset shards: tar files whose members of one key are one sample. A shard is listed as a stream; a picture is read later from its place in the
 * file, so that neither is in memory.
 */
import { createReadStream } from "node:fs";
import { basename, normalize } from "node:path";
import tar from "tar-stream";
import { openFileSource, UserError } from "../../../lib/engine/mod.ts";
import { decodeText } from "../../../lib/hub/mod.ts";
import { fileNamer } from "../file_namer.ts";
import {
  BrokenPicture,
  CAPTION_FIELDS,
  parsedObject,
  PICTURE_NAME,
  type ReportBroken,
  type SourcePicture,
  textField,
} from "./source_picture.ts";

/** What npm tar-stream, which ships no types, gives for each member. */
interface Member extends AsyncIterable<Uint8Array> {
  readonly header: { name: string; size: number; type: string; byteOffset: number };
  resume(): void;
}
interface Extract extends AsyncIterable<Member>, NodeJS.WritableStream {
  destroy(error?: Error): void;
}

/** Longest text that is read of a member, in bytes. */
const LONGEST_TEXT = 1 << 20;

/** A key's members so far. */
interface Sample {
  readonly key: string;
  picture?: { readonly offset: number; readonly size: number };
  caption?: string;
  /** Why its texts cannot be read, in a sentence. */
  fault?: string;
}

async function textOf(member: Member): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of member) {
    length += part.length;
    if (length <= LONGEST_TEXT) parts.push(part);
  }
  const bytes = new Uint8Array(length <= LONGEST_TEXT ? length : 0);
  let at = 0;
  for (const part of parts.slice(0, bytes.length === 0 ? 0 : undefined)) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function* samplesOf(shard: string): AsyncGenerator<Sample> {
  const members = (tar as { extract(): Extract }).extract();
  const file = createReadStream(shard);
  file.on("error", (error) => members.destroy(error));
  file.pipe(members);
  let sample: Sample | undefined;
  for await (const member of members) {
    const { name, size, type, byteOffset } = member.header;
    // The key ends at the first dot of the last part.
    const [, key, ending] = /^((?:.*\/)?[^/.]+)\.([^/]+)$/.exec(name) ?? [];
    if (type !== "file" || key === undefined || ending === undefined) {
      member.resume();
      continue;
    }
    if (sample && sample.key !== key) {
      yield sample;
      sample = undefined;
    }
    sample ??= { key };
    if (PICTURE_NAME.test(`.${ending}`)) {
      sample.picture ??= { offset: byteOffset, size };
      member.resume();
    } else if (ending === "txt" || ending === "caption" || ending === "json") {
      const bytes = await textOf(member);
      let text: string;
      try {
        text = decodeText(bytes, `${name} in ${shard}`).trim();
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        sample.fault ??= error.message;
        continue;
      }
      const given = ending === "json" ? parsedObject(text) : undefined;
      const caption = ending === "json" ? given && textField(given, CAPTION_FIELDS) : text;
      // A text of its own counts more than one among other facts.
      if (caption && (ending !== "json" || sample.caption === undefined)) sample.caption = caption;
    } else member.resume();
  }
  if (sample) yield sample;
}

function readMember(shard: string, { offset, size }: { offset: number; size: number }): Uint8Array {
  const bytes = new Uint8Array(size);
  const source = openFileSource(shard);
  try {
    source.read(offset, bytes);
  } catch (error) {
    if (error instanceof UserError) throw new BrokenPicture("its shard is truncated");
    throw error;
  } finally {
    source.close();
  }
  return bytes;
}

/** The pictures of some shards, in the order of the members; a damaged shard gives what stands before the damage, and
 * one whose caption is no UTF-8 text is listed and passed over. */
export async function* shardPictures(
  shards: readonly string[],
  report: ReportBroken,
): AsyncGenerator<SourcePicture> {
  const fileOf = fileNamer(".");
  for (const shard of shards) {
    try {
      for await (const { key, picture, caption, fault } of samplesOf(shard)) {
        if (picture === undefined) continue;
        if (fault !== undefined) {
          report(`${basename(shard)}/${key}`, fault);
          continue;
        }
        yield {
          name: `${basename(shard)}/${key}`,
          file: () => `${fileOf(shard)}/${normalize(key)}`,
          ...(caption === undefined ? {} : { caption }),
          read: () => Promise.resolve(readMember(shard, picture)),
        };
      }
    } catch (error) {
      if (error instanceof UserError) throw error;
      report(basename(shard), `a shard is truncated or no tar file (${(error as Error).message})`);
    }
  }
}
