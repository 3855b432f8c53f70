import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { onDemandPackage } from "../lib/hub/mod.ts";
import { REPULSION_MODULE } from "../lib/projection/repulsion_kernel.ts";
import { UPDATE_MODULE } from "../lib/training/update_kernel.ts";

/** The part of wabt that is used. */
interface Wabt {
  parseWat(name: string, source: string, features: { simd: boolean }): {
    toBinary(options: object): { buffer: Uint8Array<ArrayBuffer> };
  };
}

/** What each text in WebAssembly is committed as. */
const ASSEMBLED: Readonly<Record<string, string>> = {
  "../lib/projection/repulsion.wat": REPULSION_MODULE,
  "../lib/training/update.wat": UPDATE_MODULE,
};

const wabt = async () =>
  await (createRequire(join(await onDemandPackage("wabt"), "package.json"))("wabt") as () => Promise<Wabt>)();

for (const [path, assembled] of Object.entries(ASSEMBLED)) {
  Deno.test(`${path} assembles to what its kernel holds`, async () => {
    const source = readFileSync(new URL(path, import.meta.url), "utf8");
    const { buffer } = (await wabt()).parseWat(path, source, { simd: true }).toBinary({});
    assert.equal(buffer.toBase64(), assembled);
  });
}
