/**
 * Fails on a public name of lib/ without documentation or without an explicit type. `deno doc --lint` also judges the packages we
 * build on; their part is left out. Run from the repository's root: deno run -A .ci/doc_lint.ts
 */
import { existsSync, readdirSync } from "node:fs";

/** The faults of our own files in the output of `deno doc --lint`, one line each. */
export function ownFaults(output: string): string[] {
  const faults: string[] = [];
  for (const [, kind, message, place = ""] of output.matchAll(/error\[([a-z-]+)\]: (.+)\n\s*--> (.+)/g)) {
    if (!place.includes("node_modules")) faults.push(`${place}: ${kind}: ${message}`);
  }
  return faults;
}

if (import.meta.main) {
  const modules = readdirSync("lib").map((folder) => `lib/${folder}/mod.ts`).filter((path) =>
    existsSync(path)
  );
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", ...modules],
    env: { NO_COLOR: "1" },
    stdout: "null",
  }).output();
  const faults = ownFaults(new TextDecoder().decode(stderr));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) Deno.exit(1);
}
