import { createHash } from "node:crypto";

/** SHA-256 of bytes, 16 hexadecimal digits: names pictures and weights in records, and frozen parts in stage keys. */
export function shortHash(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}
