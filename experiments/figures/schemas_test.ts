import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { schemas } from "./schemas.ts";

Deno.test("the schemas in results/ are what the types say, and every stored result matches its own", async () => {
  const made = await schemas();
  for (const [path, content] of Object.entries(made)) {
    assert.ok(readFileSync(path, "utf8") === content, `${path} is of other types: deno task schemas`);
  }
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true });
  const validators = Object.fromEntries(
    Object.entries(made).map(([path, content]) => [path, ajv.compile(JSON.parse(content))]),
  );
  let checked = 0;
  for (const id of readdirSync("results")) {
    const runs = /\.\w+$/.test(id) ? [] : readdirSync(join("results", id));
    for (const run of runs) {
      const path = join("results", id, run, "result.json");
      if (!existsSync(path)) continue;
      const valid =
        validators[id === "table1" ? "results/result.schema.json" : "results/figure.schema.json"]!;
      assert.ok(valid(JSON.parse(readFileSync(path, "utf8"))), `${path}: ${ajv.errorsText(valid.errors)}`);
      checked++;
    }
  }
  assert.ok(checked >= 20, `${checked} results`);
});
