/** Commands on a disk that is full or read-only, without a network, and twice at once: the right result, or one sentence. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compile,
  host,
  key,
  linear,
  normal,
  type ProgramFunction,
  silu,
  type Tensor,
} from "../lib/engine/mod.ts";
import { MAY_MOUNT, onSmallDisk } from "../lib/hub/testdata/small_disk.ts";

const TINY = fileURLToPath(new URL("paper/testdata/sd_tiny/", import.meta.url));

/** Runs a command line. */
async function command(path: string, args: readonly string[], env: Record<string, string> = {}) {
  const script = fileURLToPath(new URL(path, import.meta.url));
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), said: text(stderr) };
}

/** It ended with a sentence about what the user can mend. */
function assertSentence({ code, out, said }: Awaited<ReturnType<typeof command>>, pattern: RegExp): void {
  assert.deepEqual([code, out], [2, ""], said);
  assert.match(said, pattern);
  assert.equal(said.trimEnd().split("\n").length, 1, said);
}

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "faults-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const SIDE = 64;
const layer: ProgramFunction = (frozen, _state, { x }) => ({
  outputs: { y: silu(linear(x as Tensor, frozen.w as Tensor)) },
});

async function compiled(cache: string): Promise<Float32Array> {
  const parts = {
    frozen: { w: host(normal(key(1), SIDE * SIDE), [SIDE, SIDE]) },
    inputs: { x: { shape: [3, SIDE] } },
  };
  const program = await compile(layer, parts, { cache, threads: 1 });
  const { y } = await program.run({ x: normal(key("x"), 3 * SIDE) });
  await program.dispose();
  return y!.data as Float32Array;
}

Deno.test({
  name:
    "compile() gives the same bits where its cache is on a full disk or read-only, and keeps nothing there",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(128, async ({ folder, fill, free, makeReadOnly }) => {
      fill();
      const first = await compiled(folder);
      assert.deepEqual(readdirSync(folder), []);
      free();
      assert.deepEqual(await compiled(folder), first);
      assert.equal(readdirSync(folder).length, 1);
      makeReadOnly();
      assert.deepEqual(await compiled(folder), first);
      assert.deepEqual(await compiled(join(folder, "none")), first);
    }),
});

const generate = (out: string, cache: string) =>
  command("generate/cli.ts", [
    ...[
      "--scale",
      "paper",
      "--models",
      TINY,
      "--image",
      join(TINY, "square.png"),
      "--prompt",
      "a photo of a cat",
    ],
    ...["--size", "16x24", "--steps", "2", "--count", "2", "--out", out],
  ], { IPADAPTER_CACHE: cache });

Deno.test({
  name: "generate says that the disk of its pictures is full or read-only, and needs no room for its cache",
  ignore: !MAY_MOUNT,
  fn: () =>
    onSmallDisk(128, ({ folder, fill, makeReadOnly }) =>
      inFolder(async (other) => {
        fill();
        assertSentence(
          await generate(join(folder, "out"), join(other, "cache")),
          /^Cannot write .*: the disk is full\n$/,
        );
        const fine = await generate(join(other, "out"), join(folder, "cache"));
        assert.equal(fine.code, 0, fine.said);
        makeReadOnly();
        assertSentence(
          await generate(join(folder, "out"), join(other, "cache")),
          /^Cannot write .*: the file system is read-only\n$/,
        );
        const again = await generate(join(other, "again"), join(folder, "cache"));
        assert.equal(again.code, 0, again.said);
      })),
});

Deno.test("generate, twice at once into one folder, leaves what it leaves alone", () =>
  inFolder(async (folder) => {
    const [alone, both] = [join(folder, "alone"), join(folder, "both")], cache = join(folder, "cache");
    const runs = await Promise.all([alone, both, both].map((out) => generate(out, cache)));
    for (const { code, said } of runs) assert.equal(code, 0, said);
    const contents = (out: string) =>
      readdirSync(out).sort().map((name) => [name, readFileSync(join(out, name), "base64")]);
    assert.deepEqual(contents(both), contents(alone));
  }));

const download = (folder: string, endpoint: string) =>
  command("models/cli.ts", ["--scale", "paper", "--quick", "--download"], {
    ...{ HF_HOME: folder, HF_HUB_CACHE: "", HF_HUB_OFFLINE: "0", HF_TOKEN: "", HF_ENDPOINT: endpoint },
  });

Deno.test("models --download says that there is no network", () =>
  inFolder(async (folder) => {
    assertSentence(
      await download(folder, "http://127.0.0.1:1"),
      /^Downloading unet\/\S+ of \S+ failed: expected to reach http:\/\/127\.0\.0\.1:1, got .*; a local folder \(--models DIR\) needs no network\n$/,
    );
    assert.deepEqual(readdirSync(folder), []);
  }));
