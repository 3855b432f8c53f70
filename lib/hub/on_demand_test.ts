import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { onDemandPackage } from "./on_demand.ts";

const json = (path: string | URL) => JSON.parse(readFileSync(path, "utf8"));

Deno.test("onDemandPackage() installs the pinned version, beside others and again", async () => {
  const folder = await onDemandPackage("axe-core");
  assert.equal(json(join(folder, "package.json")).version, "4.14.1");
  assert.equal(await onDemandPackage("axe-core"), folder);
});

Deno.test("onDemandPackage() refuses a package that is not pinned", async () => {
  await assert.rejects(onDemandPackage("left-pad"), /needs one of .*zeromq, got "left-pad"/);
});

Deno.test("no package that is installed on demand is in the root's deno.json too", () => {
  const root = json(new URL("../../deno.json", import.meta.url)).imports;
  const pins = json(new URL("on_demand/deno.json", import.meta.url)).imports;
  // The converter stands on the engine's core.
  assert.deepEqual(Object.keys(pins).filter((name) => name in root), ["@tensorflow/tfjs-core"]);
  assert.equal(pins["@tensorflow/tfjs-core"], root["@tensorflow/tfjs-core"]);
});

Deno.test("deno.lock, all of which the first command installs, holds what deno.json names and no more", () => {
  const root = new URL("../../", import.meta.url);
  const named: string[] = Object.values(json(new URL("deno.json", root)).imports);
  assert.deepEqual(Object.keys(json(new URL("deno.lock", root)).specifiers).toSorted(), named.toSorted());
});
