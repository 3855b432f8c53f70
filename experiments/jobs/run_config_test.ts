import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../lib/engine/errors.ts";
import { configText, withConfig } from "./run_config.ts";

const KINDS = { seeds: "value", slots: "value", devices: "value", wait: "flag", config: "value" } as const;

function inFile<T>(text: string | Uint8Array, test: (path: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  try {
    writeFileSync(join(folder, "run.json"), text);
    return test(join(folder, "run.json"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("withConfig() adds a file's options to those of the command line, which go before", () => {
  const given = { flags: new Set<string>(), values: new Map([["seeds", "3"]]) };
  const file = { seeds: 5, slots: "2", devices: ["cuda:0", "cuda:1"], wait: true };
  const { flags, values } = inFile(JSON.stringify(file), (path) => withConfig(given, path, KINDS));
  assert.deepEqual([...flags], ["wait"]);
  assert.deepEqual(Object.fromEntries(values), { seeds: "3", slots: "2", devices: "cuda:0,cuda:1" });
  // What is written beside the result gives the same options again.
  const again = inFile(
    configText({ flags, values }),
    (path) => withConfig({ flags: new Set<string>(), values: new Map<string, string>() }, path, KINDS),
  );
  assert.deepEqual([again.flags, new Map([...again.values].sort())], [flags, new Map([...values].sort())]);
});

Deno.test("withConfig() skips a byte order mark, and says of a file in another encoding what it is", () => {
  const given = { flags: new Set<string>(), values: new Map<string, string>() };
  const read = (text: string | Uint8Array) => inFile(text, (path) => withConfig(given, path, KINDS));
  assert.deepEqual(read('\ufeff{"seeds": 5}'), read('{"seeds": 5}'));
  assert.throws(() => read(Uint8Array.of(0xff, 0xfe, 0x7b, 0, 0x7d, 0)), /got UTF-16: save it as UTF-8/);
});

Deno.test("withConfig() says in one sentence what is wrong with a file", () => {
  const mistakes: [string, RegExp][] = [
    ["{", /--config expects a JSON file of options, got .*run.json, which is no JSON/],
    ["[1]", /--config expects an object of options in .*, got \[1\]/],
    ['{"slot": 2}', /expects options by name, got "slot"; did you mean "slots"\?/],
    ['{"config": "x"}', /expects options by name, got "config"/],
    ['{"wait": "yes"}', /"wait" in .* expects true or false, got "yes"/],
    ['{"seeds": {}}', /"seeds" in .* expects a text, a number or a list, got \{\}/],
  ];
  const given = { flags: new Set<string>(), values: new Map<string, string>() };
  for (const [text, expected] of mistakes) {
    assert.throws(
      () => inFile(text, (path) => withConfig(given, path, KINDS)),
      (error) => error instanceof UserError && expected.test(error.message) && !error.message.includes("\n"),
      text,
    );
  }
  assert.throws(() => withConfig(given, "/nowhere.json", KINDS), /got \/nowhere.json, which cannot be read/);
});
