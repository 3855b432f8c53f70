import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compile, host, key, linear, normal, type ProgramFunction, silu, type Tensor } from "./mod.ts";

const SIDE = 12;
const layer: ProgramFunction = (frozen, _state, { x }) => ({
  outputs: { y: silu(linear(x as Tensor, frozen.w as Tensor)) },
});
const parts = (seed: number) => ({
  frozen: { w: host(normal(key(seed), SIDE * SIDE), [SIDE, SIDE]) },
  inputs: { x: { shape: [3, SIDE] } },
});

async function run(cache: string, seed = 1): Promise<Float32Array> {
  const program = await compile(layer, parts(seed), { cache, threads: 1 });
  const { y } = await program.run({ x: normal(key("x"), 3 * SIDE) });
  await program.dispose();
  return y!.data as Float32Array;
}

Deno.test("compile() keeps optimised graphs: the same graph is read again and gives the same bits, another is not mistaken for it", async () => {
  const folder = await Deno.makeTempDir();
  const first = await run(folder);
  const [name] = readdirSync(folder) as [string];
  assert.equal(readdirSync(folder).length, 1);
  assert.deepEqual(await run(folder), first);
  assert.deepEqual(readdirSync(folder), [name]);
  assert.notDeepEqual(await run(folder, 2), first);
  assert.equal(readdirSync(folder).length, 2);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("compile() makes a damaged or truncated graph anew, and works where nothing can be kept", async () => {
  const folder = await Deno.makeTempDir();
  const first = await run(folder);
  const path = join(folder, readdirSync(folder)[0] as string);
  const sound = readFileSync(path);
  for (
    const broken of [
      sound.subarray(0, sound.length / 2),
      sound.map((byte, i) => i === 99 ? ~byte : byte),
    ]
  ) {
    writeFileSync(path, broken);
    assert.deepEqual(await run(folder), first);
    assert.deepEqual(readFileSync(path), sound);
  }
  assert.deepEqual(await run(join(path, "no folder")), first);
  await Deno.remove(folder, { recursive: true });
});
