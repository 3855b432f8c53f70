import assert from "node:assert/strict";
import { UserError } from "../../engine/mod.ts";
import { layerFormat, MOST_LINES, readLayerFile } from "./layer_file.ts";

Deno.test("readLayerFile() reads lines, the named column of CSV, and texts or named fields of JSON Lines", () => {
  assert.deepEqual(readLayerFile("\ufeffuse the style\r\n\n  keep   the face \n", "text"), [
    "use the style",
    "keep the face",
  ]);
  assert.deepEqual(readLayerFile('id,Instruction\n1,"take the style, only"\n2,"say ""hi"""\n', "csv"), [
    "take the style, only",
    'say "hi"',
  ]);
  assert.deepEqual(readLayerFile("first\nsecond\n", "csv"), ["first", "second"]);
  assert.deepEqual(readLayerFile('"one"\n{"text":"two","n":1}\n\n{"instruction":"three"}', "jsonl"), [
    "one",
    "two",
    "three",
  ]);
});

Deno.test("readLayerFile() refuses what it cannot read, in one sentence", () => {
  const refused = (content: string, format: "text" | "csv" | "jsonl", why: RegExp) =>
    assert.throws(
      () => readLayerFile(content, format),
      (error) => error instanceof UserError && why.test(error.message),
    );
  refused("\n \n", "text", /at least one instruction, got none/);
  refused("x".repeat(501), "text", /at most 500 characters a line, got 501 in line 1/);
  refused("a\n".repeat(MOST_LINES + 1), "text", /at most 50000 lines/);
  refused("a\n".repeat(MOST_LINES + 1), "csv", /at most 50000 lines/);
  refused('{"text": 3}', "jsonl", /line 1/);
  refused("{", "jsonl", /expected JSON in line 1/);
  refused('"open', "csv", /expected CSV/);
});

Deno.test("layerFormat() goes by the name's ending, text where it knows none", () => {
  assert.deepEqual(["a.CSV", "b.jsonl", "c.ndjson", "d.txt", "e"].map(layerFormat), [
    "csv",
    "jsonl",
    "jsonl",
    "text",
    "text",
  ]);
});
