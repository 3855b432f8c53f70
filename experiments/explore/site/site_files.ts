/// <reference lib="dom" />
/** The files of a static explorer as its worker reads them. */
import { type HostParams, readSafetensors, type SafetensorsFile } from "../../../lib/engine/mod.ts";
import { partPath, type SitePart, type SiteParts } from "./site_data.ts";

/** A file of the site. @throws Error in one sentence when it is not there. */
export async function siteResponse(path: string): Promise<Response> {
  const response = await fetch(new URL(path, location.href)).catch(() => undefined);
  if (!response?.ok) {
    throw new Error(
      `Loading ${path} failed: expected a file of this site, got ${response?.status ?? "no answer"}`,
    );
  }
  return response;
}

/** A gzipped file's content; some hosts unpack it on the way. */
export async function unpacked(path: string): Promise<ArrayBuffer> {
  const bytes = await (await siteResponse(path)).arrayBuffer();
  const [first, second] = new Uint8Array(bytes, 0, 2);
  if (first !== 0x1f || second !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(stream).arrayBuffer();
}

/** A part of the site with its configuration. */
export async function readPart<Part extends SitePart>(
  part: Part,
): Promise<{ config: SiteParts[Part]; params: HostParams; file: SafetensorsFile }> {
  const path = partPath(part);
  const file = readSafetensors(new Uint8Array(await unpacked(path)), { what: path });
  return { config: JSON.parse(file.metadata.config!), params: file.tensors, file };
}
