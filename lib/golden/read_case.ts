import { combine, isJsonObject, prefixed, UserError } from "../engine/mod.ts";
import { type GoldenCase, parseCase } from "./golden_case.ts";

/** The cases kept in the repository for tests. */
const FOLDER = new URL("../../data/golden/", import.meta.url);

/**
 * Reads `name`.json and `name`.safetensors from a folder, by default the repository's own cases. Where the json has
 * `weights_from` (prefix → case), the weights below that prefix are those of another case in the folder.
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
  const golden = parseCase(name, json, bytes);
  const shared = golden.description.weights_from;
  if (!isJsonObject(shared)) return golden;
  const borrowed = Object.entries(shared).map(([prefix, other]) =>
    prefixed(readCase(String(other), folder).weights, prefix)
  );
  return { ...golden, weights: combine(...borrowed, golden.weights) };
}
