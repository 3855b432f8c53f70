import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { report } from "../report/cli.ts";
import { type Console, reproduce } from "../reproduce.ts";
import { loadFigures } from "./figure.ts";
import { FIGURES } from "./mod.ts";
import { schemas } from "./schemas.ts";

/** All that a further figure adds to existing files: its line in the list. */
const WITH_NEW = [...FIGURES, { id: "words", load: () => import("./testdata/new_figure.ts") }];

Deno.test("a new figure is one file and one line of the list: reproduce, report, statements and schema know it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "new-figure-"));
  try {
    const out: string[] = [];
    const console: Console = {
      out: (text) => out.push(text),
      err: () => {},
      terminal: false,
      width: 100,
      signal: new AbortController().signal,
      cacheFolder: join(folder, "cache"),
    };
    const results = join(folder, "results");
    await reproduce(["--help"], WITH_NEW, console);
    await reproduce(["--list"], WITH_NEW, console);
    assert.match(out.join(""), /\|words\|all>[\s\S]*words {2}Fig\. W: words of the fixed instructions/);
    await reproduce(["words", "--budget", "smoke", "--out", results], WITH_NEW, console);
    const read = (name: string) => readFileSync(join(results, name), "utf8");
    assert.match(read("words/mini-smoke/words.svg"), /<svg/);
    assert.match(await report(["--out", results], WITH_NEW), /words \(mini, smoke\)/);
    const page = read("report.md");
    assert.match(page, /## Fig\. W\n\n\*\*The paper:\*\* Fixed instructions are short\./);
    assert.match(page, /shorter than thirty words\. \| supported/);
    assert.match(
      (await schemas(WITH_NEW))["results/figure.schema.json"]!,
      /"const": "words"[\s\S]*"WordCounts"/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("loadFigures() refuses a line that names another figure than its module", async () => {
  await assert.rejects(
    loadFigures([{ id: "word", load: () => import("./testdata/new_figure.ts") }]),
    /listed as word needs that id, got words/,
  );
});
