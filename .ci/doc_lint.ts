/**
 * Fails on a public name of lib/ without documentation or without an explicit type. `deno doc --lint` also judges the packages we
 * build on; their part is left out. Run from the repository's root: deno run -A .ci/doc_lint.ts
 */
import { existsSync, readdirSync } from "node:fs";

const FAULT = /error\[([a-z-]+)\]: (.+)\n\s*--> (.+)/g;

/** The faults of our own files in the output of `deno doc --lint`, one line each; the whole output where it failed otherwise. */
export function ownFaults(output: string, options: { success: boolean }): string[] {
  const all = [...output.matchAll(FAULT)];
  if (!options.success && all.length === 0) return [output.trim()];
  return all.filter(([, , , place = ""]) => !place.includes("node_modules"))
    .map(([, kind, message, place]) => `${place}: ${kind}: ${message}`);
}

if (import.meta.main) {
  const modules = readdirSync("lib").map((folder) => `lib/${folder}/mod.ts`).filter((path) =>
    existsSync(path)
  );
  const { stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...modules],
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  const faults = ownFaults(new TextDecoder().decode(stderr), { success });
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) Deno.exit(1);
}
