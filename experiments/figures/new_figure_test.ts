import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { treeCopy } from "../tree_copy.ts";
import { loadFigures } from "./figure.ts";

const LIST = "experiments/figures/mod.ts";
const FIG10 = '  { id: "fig10", load: () => import("./fig10/mod.ts") },\n';
const OWN = "experiments/figures/words/mod.ts";

/** A whole figure in one file. */
const WORDS = readFileSync(new URL("./testdata/new_figure.ts", import.meta.url), "utf8");

Deno.test("a figure is one file and its line in the list: reproduce, report, statements and schema know it", () => {
  using copy = treeCopy();
  for (const name of ["data", "results"]) copy.copy(name);
  const added = copy.edit(LIST, [
    FIG10,
    `${FIG10}  { id: "words", load: () => import("./words/mod.ts") },\n`,
  ]);
  assert.equal(added, 1);
  copy.write(OWN, WORDS.replace("experiments/figures/testdata/new_figure.ts", OWN));
  const run = (program: string, ...args: string[]) =>
    copy.deno("run", "-A", "--no-check", `experiments/${program}`, ...args);
  const read = (name: string) => readFileSync(join(copy.folder, name), "utf8");

  assert.match(run("cli.ts", "--help"), /\|words\|.*all>/);
  assert.match(run("cli.ts", "--list"), /\nwords {2}Fig\. W: words of the fixed instructions/);
  run("cli.ts", "words", "--budget", "smoke", "--out", "own");
  assert.match(read("own/words/mini-smoke/words.svg"), /<svg/);
  assert.match(run("report/cli.ts", "--out", "own"), /words \(mini, smoke\)/);
  const page = read("own/report.md");
  assert.match(page, /## Fig\. W\n\n\*\*The paper:\*\* Fixed instructions are short\./);
  assert.match(page, /shorter than thirty words\. \| supported/);
  copy.linkPackages();
  run("figures/schemas.ts", "--write");
  assert.match(read("results/figure.schema.json"), /"const": "words"[\s\S]*"WordCounts"/);
});

Deno.test("loadFigures() refuses a line that names another figure than its module", async () => {
  await assert.rejects(
    loadFigures([{ id: "word", load: () => import("./testdata/new_figure.ts") }]),
    /listed as word needs that id, got words/,
  );
});
