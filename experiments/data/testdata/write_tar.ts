/** Tar files for tests. */
import { Buffer } from "node:buffer";
import { writeFileSync } from "node:fs";
import tar from "tar-stream";

interface Pack extends AsyncIterable<Uint8Array> {
  entry(header: { name: string }, content: string | Uint8Array): void;
  finalize(): void;
}

/** Writes a tar file of members, name and content. */
export async function writeTar(
  path: string,
  members: readonly (readonly [string, string | Uint8Array])[],
): Promise<void> {
  const pack = (tar as { pack(): Pack }).pack();
  for (const [name, content] of members) {
    pack.entry({ name }, typeof content === "string" ? content : Buffer.from(content));
  }
  pack.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of pack) parts.push(part);
  writeFileSync(path, Buffer.concat(parts));
}
