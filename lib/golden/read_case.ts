import { UserError } from "../engine/mod.ts";
import { type GoldenCase, parseCase } from "./golden_case.ts";

/** The cases kept in the repository for tests. */
const FOLDER = new URL("../../data/golden/", import.meta.url);

/**
 * Reads `name`.json and `name`.safetensors from a folder, by default the repository's own cases.
 *
 * @throws UserError when a file is missing or damaged.
 */
export function readCase(name: string, folder: URL = FOLDER): GoldenCase {
  let json: string, bytes: Uint8Array;
  try {
    json = Deno.readTextFileSync(new URL(`${name}.json`, folder));
    bytes = Deno.readFileSync(new URL(`${name}.safetensors`, folder));
  } catch (error) {
    throw new UserError(
      `Reading golden case "${name}" failed: ${error instanceof Error ? error.message : error}`,
    );
  }
  return parseCase(name, json, bytes);
}
