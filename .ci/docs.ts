/** Writes what is generated in the documentation: docs/commands.md, the README's Table 1 and the budgets in docs/reproducing.md. Run by `deno task docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { loadFigures } from "../experiments/figures/figure.ts";
import { FIGURES } from "../experiments/figures/mod.ts";
import { partHashes } from "../experiments/report/part_hashes.ts";
import { commandsPage } from "./commands_page.ts";
import { withScales } from "./scales_block.ts";
import { withTable1 } from "./table1_block.ts";

/** Markdown as `deno fmt` writes it. @throws Error when it cannot be formatted. */
async function formatted(markdown: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    env: { NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { stdout, stderr, success } = await child.output();
  if (!success) throw new Error(`Formatting a page failed: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

/** Path and content of every page with generated parts, from the repository's root. */
export async function generatedPages(): Promise<Readonly<Record<string, string>>> {
  return {
    "docs/commands.md": await formatted(await commandsPage()),
    "docs/reproducing.md": await formatted(withScales(readFileSync("docs/reproducing.md", "utf8"))),
    "README.md": await formatted(
      withTable1(readFileSync("README.md", "utf8"), await loadFigures(FIGURES), partHashes()),
    ),
  };
}

if (import.meta.main) {
  for (const [path, content] of Object.entries(await generatedPages())) writeFileSync(path, content);
}
