import { readFileSync } from "node:fs";

/** The version of a package that deno.json pins, "unknown" where it pins none. */
export function pinnedVersion(name: string): string {
  const { imports } = JSON.parse(readFileSync(new URL("../../deno.json", import.meta.url), "utf8")) as {
    imports: Record<string, string>;
  };
  return imports[name]?.split("@").at(-1) ?? "unknown";
}
