import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initVae, vaeEncode } from "../../lib/diffusion/mod.ts";
import {
  compile,
  eager,
  inMemory,
  key,
  leaf,
  tf,
  UserError,
  writeSafetensors,
} from "../../lib/engine/mod.ts";
import { encodePng } from "../../lib/raster/mod.ts";
import {
  type EncodingItem,
  openEncodingCache,
  pictureHash,
  rounded,
  type RowEncoder,
} from "./encoding_cache.ts";
import type { Places } from "./locate_file.ts";
import { loadPaperModels } from "./paper_models.ts";
import { openLatentEncoder, openTokenEncoder } from "./picture_encoders.ts";
import { inTinyFolder } from "./testdata/tiny_folder.ts";
import { TINY_VAE } from "./tiny_models.ts";

const picture = (factor: number) =>
  encodePng({
    width: 20,
    height: 16,
    pixels: Uint8Array.from({ length: 960 }, (_, i) => (i * factor) % 256),
  });
const items = (factors: readonly number[]): EncodingItem[] =>
  factors.map((factor) => ({ name: `picture ${factor}`, read: () => Promise.resolve(picture(factor)) }));

/** Runs with both encoders. */
const withEncoders = (places: Places, side = 16) =>
  loadPaperModels(places).then(async (models) =>
    [
      await openLatentEncoder(models, { side, make: compile }),
      await openTokenEncoder(models, { make: compile }),
    ] as const
  );

Deno.test("cached latents and image tokens equal fresh ones bit for bit, after reopening, too", () =>
  inTinyFolder(async (folder, places) => {
    for (const encoder of await withEncoders(places)) {
      const cache = await openEncodingCache(join(folder, "cache"), encoder, { perShard: 2 });
      const { hashes, encoded } = await cache.fill(items([3, 5, 7, 3, 11, 13]));
      assert.deepEqual([hashes.length, encoded], [6, 5]);
      assert.equal(hashes[0], hashes[3]);
      cache.close();
      const again = await openEncodingCache(join(folder, "cache"), encoder, { perShard: 2 });
      for (const [i, factor] of [3, 5, 7, 3, 11, 13].entries()) {
        const fresh = rounded(await encoder.encode(picture(factor)));
        assert.deepEqual(again.row(hashes[i] as string), fresh);
        assert.equal(fresh.length, encoder.shape.reduce((a, b) => a * b, 1));
      }
      assert.equal((await again.fill(items([13, 11, 7]))).encoded, 0);
      again.close();
      await encoder.dispose();
    }
  }));

Deno.test("openLatentEncoder() gives the autoencoder's distribution of the middle square, [mean, logvar]", () =>
  inTinyFolder(async (_, places) => {
    const models = await loadPaperModels(places);
    const encoder = await openLatentEncoder(models, { side: 16, make: compile });
    const pixels = Uint8Array.from({ length: 960 }, (_, i) => (i * 3) % 256);
    const cut = Float32Array.from({ length: 768 }, (_, i) => {
      const [c, y, x] = [Math.floor(i / 256), Math.floor(i / 16) % 16, i % 16];
      return pixels[3 * (20 * y + x + 2) + c]! / 127.5 - 1;
    });
    const params = inMemory(models.vae.params);
    const program = await eager(
      (frozen, _state, fed) => {
        const { mean, logvar } = vaeEncode(frozen, models.vae.config, leaf(fed, "pixels"));
        return { outputs: { out: tf.concat([mean, logvar], 1) } };
      },
      { frozen: params, inputs: { pixels: { shape: [1, 3, 16, 16] } } },
      { backend: "cpu" },
    );
    const expected = leaf(await program.run({ pixels: cut }), "out");
    assert.deepEqual(expected.shape, [1, ...encoder.shape]);
    (await encoder.encode(picture(3))).forEach((value, i) =>
      assert.ok(Math.abs(value - expected.data[i]!) < 1e-4, `${i}`)
    );
    await encoder.dispose();
    await assert.rejects(openLatentEncoder(models, { side: 15, make: compile }), /divisible by 2, got 15/);
  }));

Deno.test("a changed picture, model or setting is encoded again, and what was there stays", () =>
  inTinyFolder(async (folder, places) => {
    const place = join(folder, "cache");
    const encodedOf = async (factors: readonly number[], side?: number) => {
      const [latents, tokens] = await withEncoders(places, side);
      const counts: number[] = [];
      for (const encoder of [latents, tokens]) {
        const cache = await openEncodingCache(place, encoder);
        counts.push((await cache.fill(items(factors))).encoded);
        cache.close();
        await encoder.dispose();
      }
      return counts;
    };
    assert.deepEqual(await encodedOf([3, 5]), [2, 2]);
    assert.deepEqual(await encodedOf([3, 5]), [0, 0]);
    assert.deepEqual(await encodedOf([3, 6]), [1, 1], "a picture");
    assert.deepEqual(await encodedOf([3, 5], 32), [2, 0], "a setting of the latents");
    const file = join(folder, "vae/diffusion_pytorch_model.safetensors"), before = readFileSync(file);
    writeFileSync(file, writeSafetensors(initVae(key(99), TINY_VAE)));
    assert.deepEqual(await encodedOf([3, 5]), [2, 0], "the autoencoder");
    writeFileSync(file, before);
    assert.deepEqual(await encodedOf([3, 5, 6]), [0, 0]);
  }));

/** Rows that say which picture they are of. */
const plain: RowEncoder & { calls: number } = {
  identity: { encoder: "plain" },
  shape: [3],
  calls: 0,
  encode(file) {
    this.calls++;
    return Promise.resolve(Float32Array.of(file[0]!, file.length, 0.1));
  },
};
const numbered = (count: number): EncodingItem[] =>
  Array.from(
    { length: count },
    (_, i) => ({ name: `${i}`, read: () => Promise.resolve(Uint8Array.of(i, 1, 2)) }),
  );

Deno.test("a cache that was stopped or damaged goes on from what is whole", () =>
  inTinyFolder(async (folder) => {
    const place = join(folder, "cache");
    const open = () => openEncodingCache(place, plain, { perShard: 4 });
    const stopped = new AbortController();
    const first = await open();
    await assert.rejects(
      first.fill(numbered(20), {
        signal: stopped.signal,
        progress: (done) => done === 10 && stopped.abort(),
      }),
      { name: "AbortError" },
    );
    first.close();
    const [inside] = readdirSync(place) as [string];
    const rows = join(place, inside);
    const shards = () => readdirSync(rows).filter((name) => name.endsWith(".rows"));
    assert.deepEqual(shards(), ["00000.rows", "00001.rows"]);
    const second = await open();
    const { hashes, encoded } = await second.fill(numbered(20));
    assert.equal(encoded, 12);
    second.close();
    // Truncated, no shard at all, and a row with a bit of another.
    writeFileSync(join(rows, "00000.rows"), readFileSync(join(rows, "00000.rows")).subarray(0, -1));
    writeFileSync(join(rows, "00001.rows"), "nonsense");
    const third = readFileSync(join(rows, "00002.rows"));
    third[third.length - 1]! ^= 1;
    writeFileSync(join(rows, "00002.rows"), third);
    rmSync(join(rows, "00004.rows"));
    const cache = await open();
    assert.equal(hashes.filter((hash) => cache.has(hash)).length, 7);
    assert.throws(() => cache.row(hashes[0] as string), /^RangeError: A row of the cache needs a picture/);
    assert.equal((await cache.fill(numbered(20))).encoded, 13);
    hashes.forEach((hash, i) => {
      assert.equal(hash, pictureHash(Uint8Array.of(i, 1, 2)));
      assert.deepEqual(cache.row(hash), rounded(Float32Array.of(i, 3, 0.1)));
    });
    cache.close();
  }));

Deno.test("fill() says what cannot be kept: numbers beyond half precision, a place that cannot be written", () =>
  inTinyFolder(async (folder) => {
    const large: RowEncoder = { ...plain, encode: () => Promise.resolve(Float32Array.of(1, 2, 1e6)) };
    const cache = await openEncodingCache(join(folder, "cache"), large);
    const fails = (promise: Promise<unknown>, pattern: RegExp) =>
      assert.rejects(promise, (error) => error instanceof UserError && pattern.test(error.message));
    await fails(cache.fill(numbered(1)), /^Encoding 0 failed: expected numbers of half precision/);
    cache.close();
    writeFileSync(join(folder, "file"), "");
    await fails(
      openEncodingCache(join(folder, "file"), plain),
      /^Cannot write .*: a part of the path is a file/,
    );
    assert.ok(existsSync(join(folder, "file")));
  }));
