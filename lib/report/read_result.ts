/** Reads what `reproduce` has written. */
import { readFileSync } from "node:fs";
import { UserError } from "../engine/mod.ts";
import { RESULT_SCHEMA, type Table1Result } from "./table1_result.ts";
import type { SampleRow } from "./cells.ts";

/** A stored Table 1 and its pictures. */
export interface StoredTable1 {
  /** The content of result.json. */
  readonly result: Table1Result;
  /** One line per generated image. */
  readonly samples: readonly SampleRow[];
  /** The sheet of samples, a PNG. */
  readonly picture: Uint8Array;
}

/**
 * Reads a folder such as `results/table1/mini-quick/`.
 *
 * @param folder URL or path of the folder.
 * @throws UserError when files are missing or of another layout.
 */
export function readTable1(folder: URL | string): StoredTable1 {
  const read = (name: string) => {
    const path = folder instanceof URL
      ? new URL(name, `${folder.href.replace(/\/?$/, "/")}`)
      : `${folder}/${name}`;
    try {
      return readFileSync(path);
    } catch {
      throw new UserError(
        `Reading a stored Table 1 failed: expected ${name} in ${folder}, got none; run deno task reproduce table1`,
      );
    }
  };
  const decoder = new TextDecoder();
  const result = JSON.parse(decoder.decode(read("result.json"))) as Table1Result;
  if (result.schema !== RESULT_SCHEMA || result.experiment !== "table1") {
    throw new UserError(
      `Reading a stored Table 1 failed: expected ${RESULT_SCHEMA} of table1, got ${result.schema} of ${result.experiment}`,
    );
  }
  const lines = decoder.decode(read("samples.jsonl")).split("\n").filter(Boolean);
  return {
    result,
    samples: lines.map((line) => JSON.parse(line) as SampleRow),
    picture: Uint8Array.from(read("samples.png")),
  };
}
