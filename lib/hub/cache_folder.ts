/** Where derived files are kept: computed stages, the map, drawn artwork, compiled graphs, fetched packages. */
import process from "node:process";
import { fileURLToPath } from "node:url";

/** The folder that the environment variable IPADAPTER_CACHE names, else .cache in the repository. */
export function cacheFolder(): string {
  return process.env["IPADAPTER_CACHE"] ?? fileURLToPath(new URL("../../.cache", import.meta.url));
}
