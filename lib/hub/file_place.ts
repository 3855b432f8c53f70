/** Where a file's tensors can be read by a compiled graph itself. */
import { realpathSync } from "node:fs";
import { FILE_KINDS, type FileArray, STORED_WIDTH, type StoredKind } from "../engine/mod.ts";

/** A run of elements in a file as a weight that stays there; nothing when a graph cannot read it: another type, or off its alignment. */
export function fileArray(
  path: string,
  place: { kind: StoredKind; shape: readonly number[]; offset: number },
): FileArray | undefined {
  const { shape, offset } = place;
  const kind = FILE_KINDS.find((each) => each === place.kind);
  if (kind === undefined || offset % STORED_WIDTH[kind] !== 0) return undefined;
  return { dtype: "float32", shape, file: realpathSync(path), kind, offset };
}
