import assert from "node:assert/strict";
import { SPACE_README } from "./space_readme.ts";

Deno.test("SPACE_README begins with the header of a static Space whose page is the site's", () => {
  const header = /^---\n([\s\S]*?)\n---\n\n# /.exec(SPACE_README)?.[1]?.split("\n") ?? [];
  const fields = new Map(header.map((line) => line.split(": ") as [string, string]));
  assert.equal(fields.get("sdk"), "static");
  assert.equal(fields.get("app_file"), "index.html");
  // What the hub allows.
  assert.ok(fields.get("short_description")!.length <= 60);
  for (const colour of ["colorFrom", "colorTo"]) {
    assert.match(fields.get(colour)!, /^(red|yellow|green|blue|indigo|purple|pink|gray)$/);
  }
});
