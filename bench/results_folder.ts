/** Results as files: one JSON a bench, and a table of all that lie in the folder. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { atomicWrite } from "../lib/hub/mod.ts";
import { type AnyResult, tableOf } from "./table.ts";

/** Writes a result and writes the folder's table anew. @throws UserError when the folder cannot be written. */
export async function keepResult(folder: string, name: string, result: object): Promise<void> {
  await atomicWrite(join(folder, `${name}.json`), JSON.stringify(result, null, 2) + "\n");
  const results = readdirSync(folder).filter((file) => file.endsWith(".json")).sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as AnyResult)
    .filter((each) => typeof each?.bench === "string");
  await atomicWrite(join(folder, "table.md"), tableOf(results));
}
