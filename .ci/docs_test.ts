import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { FIGURES } from "../experiments/figures/mod.ts";
import { generatedPages } from "./docs.ts";
import { anchorsOf, faultsOf, linksOf, pathsOf } from "./links.ts";

const PAGES = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...readdirSync("docs").filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];

Deno.test("generatedPages() are the pages as committed; deno task docs writes them", async () => {
  for (const [path, content] of Object.entries(await generatedPages())) {
    assert.equal(readFileSync(path, "utf8"), content, `${path} is out of step: run deno task docs`);
  }
});

Deno.test("README.md takes at most 12 KB", () => {
  assert.ok(readFileSync("README.md").length <= 12 * 1024);
});

Deno.test("the pages' links lead to files and headings that exist, and the paths they name exist", () => {
  const faults = PAGES.flatMap((page) =>
    faultsOf(readFileSync(page, "utf8"), {
      page,
      read: (path) => !existsSync(path) ? undefined : path.endsWith(".md") ? readFileSync(path, "utf8") : "",
    })
  );
  assert.deepEqual(faults, []);
});

Deno.test("every page of docs/ is linked from the README", () => {
  const linked = new Set(linksOf(readFileSync("README.md", "utf8")).map((link) => link.split("#")[0]));
  assert.deepEqual(PAGES.filter((page) => page !== "README.md" && !linked.has(page)), []);
});

Deno.test("faultsOf() names a missing file, a missing heading and a missing path", () => {
  const files: Record<string, string> = { "docs/a.md": "# A page\n\n## Two words\n", "lib/x.ts": "" };
  const page = "docs/b.md";
  const fault = (text: string) => faultsOf(text, { page, read: (path) => files[path] });
  assert.deepEqual(
    fault("[a](a.md#two-words) [x](../lib/x.ts) `lib/x.ts` [own](#here) [web](https://a.b)\n# Here"),
    [],
  );
  assert.deepEqual(fault("[a](c.md)"), ["docs/b.md: there is no docs/c.md"]);
  assert.deepEqual(fault("[a](a.md#three)"), ["docs/b.md: docs/a.md has no heading #three"]);
  assert.deepEqual(fault("`lib/y.ts`"), ["docs/b.md: there is no lib/y.ts"]);
  assert.equal(join(dirname(page), "../lib/x.ts"), "lib/x.ts");
});

Deno.test("anchorsOf(), linksOf() and pathsOf() leave code blocks out", () => {
  const text =
    "# One: `two` & three\n\n```sh\n# no heading\n[no](link.md) `lib/no.ts`\n```\n[a](b.md) `lib/x/`";
  assert.deepEqual(anchorsOf(text), new Set(["one-two--three"]));
  assert.deepEqual(linksOf(text), ["b.md"]);
  assert.deepEqual(pathsOf(text), ["lib/x/"]);
});

Deno.test("the page on reproducing says what every experiment shows", () => {
  const page = readFileSync("docs/reproducing.md", "utf8");
  const shown = page.split("\n").flatMap((line) => /^\| (`[^|]+`) +\|/.exec(line)?.[1]?.match(/\w+/g) ?? []);
  assert.deepEqual(FIGURES.map(({ id }) => id).filter((id) => !shown.includes(id)), []);
});
