import assert from "node:assert/strict";
import { UserError } from "../engine/mod.ts";
import { figureSvg } from "../plots/mod.ts";
import { readTable1 } from "./read_result.ts";
import { claimsTable, table1Figure, table1Table } from "./table1_display.ts";

const folder = new URL("../../results/table1/mini-quick/", import.meta.url);

Deno.test("table1Table() and claimsTable() show every column and claim of a stored result", () => {
  const { result, samples, picture } = readTable1(folder);
  assert.equal(table1Table(result).rows.length, 10);
  assert.match(JSON.stringify(table1Table(result).rows[0]), /paper 0\.9152/);
  assert.equal(claimsTable(result).rows.length, result.claims.length);
  assert.ok(samples.length > 0 && picture[1] === 0x50);
  const svg = figureSvg(table1Figure(result));
  assert.match(svg, /mini scale/);
  assert.doesNotMatch(svg, /NaN/);
});

Deno.test("readTable1() says what to run when nothing is stored", () => {
  assert.throws(
    () => readTable1(new URL("none/", folder)),
    (error) => error instanceof UserError && /reproduce table1/.test(error.message),
  );
});
