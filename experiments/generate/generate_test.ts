import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { host, key, UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { adapterParams, instructFromPlus } from "../../lib/adapter/mod.ts";
import { type ControlnetConfig, initControlnet } from "../../lib/diffusion/mod.ts";
import { encodePng, readPicture } from "../../lib/raster/mod.ts";
import { edgePicture } from "../../lib/tasks/mod.ts";
import { encodeCheckpoint } from "../mini/checkpoints.ts";
import { MINI_INSTRUCT } from "../mini/models.ts";
import { sharedBase, sharedPlus } from "../mini/shared_models.ts";
import { generate, MINI_PICTURES, readRecord } from "../mini/picture_scale.ts";
import { prepareGeneration } from "../mini/prepare_pictures.ts";
import { generatePictures } from "../pictures/generate_pictures.ts";
import { encodeRecorded } from "../pictures/record.ts";
import { runGenerate } from "./command.ts";

const folder = mkdtempSync(join(tmpdir(), "generate-"));
globalThis.addEventListener("unload", () => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);

const square = {
  width: 64,
  height: 64,
  pixels: Uint8Array.from({ length: 3 * 4096 }, (_, i) => (i * 7) % 256),
};
writeFileSync(path("square.png"), encodePng(square));
writeFileSync(path("wide.png"), encodePng({ width: 8, height: 4, pixels: new Uint8Array(96).fill(90) }));
writeFileSync(path("empty.png"), "");
writeFileSync(path("text.png"), "this is no picture");
const huge = encodePng(square);
new DataView(huge.buffer, huge.byteOffset).setUint32(20, 20_000);
writeFileSync(path("huge.png"), huge);

/** An untrained adapter, which equals IPAdapter+; another seed has other (unused) weights. */
async function adapterFile(name: string, seed: number): Promise<string> {
  const plus = await sharedPlus();
  const projection = instructFromPlus(key(seed), MINI_INSTRUCT, { plus: plus.projection.params });
  const params = adapterParams({ projection, context: plus.context });
  writeFileSync(path(name), writeSafetensors(params, { projection: JSON.stringify(MINI_INSTRUCT) }));
  return path(name);
}

async function run(...args: string[]): Promise<{ out: string; err: string[] }> {
  let out = "";
  const err: string[] = [];
  await runGenerate(MINI_PICTURES, args, {
    out: (text) => void (out += text),
    err: (line) => void err.push(line),
    terminal: false,
  });
  return { out, err };
}

const common = (adapter: string) => [
  ...["--image", path("square.png"), "--instruct", "use the style of this image", "--checkpoint", adapter],
  ...["--prompt", 'an apple on a zorkly "täble"', "--negative", "car", "--steps", "2"],
];
const read = (file: string) => new Uint8Array(readFileSync(file));

Deno.test("deno task generate repeats a picture to the same bytes, and more pictures begin with the same", async () => {
  const adapter = await adapterFile("adapter.safetensors", 1);
  const first = await run(...common(adapter), "--count", "1", "--out", path("one"));
  assert.match(first.err.join("\n"), /does not know these words and reads them all alike: zorkly, ", täble/);
  assert.match(first.out, /1 picture in .*000\.png\nsheet: .*grid\.png/);
  await run(...common(adapter), "--count", "5", "--out", path("five"));
  assert.deepEqual(readdirSync(path("five")).sort(), [
    ...[0, 1, 2, 3, 4].map((i) => `00${i}.png`),
    "grid.png",
  ]);
  assert.deepEqual(read(path("five/000.png")), read(path("one/000.png")));

  const again = await run("--repeat", path("five/004.png"), "--out", path("again"));
  assert.match(again.out, /identical to 004\.png/);
  assert.ok(!again.err.join().includes("another"));
  assert.deepEqual(read(path("again/004.png")), read(path("five/004.png")));

  const other = await adapterFile("other.safetensors", 2);
  const { err, out } = await run(
    "--repeat",
    path("one/000.png"),
    "--checkpoint",
    other,
    "--out",
    path("other"),
    "--json",
  );
  assert.match(
    err.join(),
    /The adapter is another than the picture was made with: [0-9a-f]{16} then, [0-9a-f]{16} now/,
  );
  assert.equal(typeof JSON.parse(out).identical, "boolean");
});

Deno.test("deno task generate repeats a fitted picture with ControlNet and LoRA to the same bytes, without the originals", async () => {
  const adapter = await adapterFile("adapter.safetensors", 1);
  const pixels = Uint8Array.from({ length: 3 * 96 * 48 }, (_, i) => (i % 288 < 150 ? 220 : 30));
  for (const name of ["condition.png", "structure.png"]) {
    writeFileSync(path(name), encodePng({ width: 96, height: 48, pixels }));
  }
  const { err } = await run(
    ...["--image", path("condition.png"), "--fit", "pad", "--instruct", "use the style of this image"],
    ...["--checkpoint", adapter, "--lora", "comic", "--lora-scale", "0.8"],
    ...["--controlnet", "scribble", "--control-from", path("structure.png"), "--control-scale", "0.9"],
    ...["--prompt", "an apple", "--steps", "2", "--count", "2", "--out", path("all")],
  );
  assert.match(err.join("\n"), /padded from 96x48 to 64x64/);
  rmSync(path("condition.png"));
  rmSync(path("structure.png"));
  const again = await run("--repeat", path("all/001.png"), "--out", path("all-again"));
  assert.match(again.out, /identical to 001\.png/);
  assert.deepEqual(read(path("all-again/001.png")), read(path("all/001.png")));
  const { weights } = readRecord(read(path("all/001.png")), "001.png");
  for (const part of ["adapter", "lora", "controlnet"] as const) assert.ok(weights[part], part);
});

Deno.test("generate() heeds the negative prompt, the sampler and its signal; two calls give the same bits", async () => {
  const request = { adapter: null, prompt: "a red apple", steps: 2, count: 1 } as const;
  const steps: string[] = [];
  const plain = await generate(request, { progress: (done, total) => void steps.push(`${done}/${total}`) });
  assert.deepEqual(steps, ["1/2", "2/2"]);
  assert.deepEqual(plain.pictures[0]!.png, (await generate(request)).pictures[0]!.png);
  const negative = await generate({ ...request, negative: "a blue car" });
  assert.notDeepEqual(negative.pictures[0]!.pixels, plain.pictures[0]!.pixels);
  await generate({ ...request, sampler: "pndm" });
  const abort = new AbortController();
  const stopped = generate(request, { signal: abort.signal, progress: () => abort.abort() });
  await assert.rejects(stopped, { name: "AbortError" });
});

Deno.test("a fresh ControlNet and a LoRA of scale 0 leave the picture as it is; foreign files are named", async () => {
  const base = await sharedBase();
  const config: ControlnetConfig = { ...base.unet.config, conditioning_embedding_out_channels: [8, 16, 16] };
  const params = initControlnet(key(1), config, base.unet.params);
  const file = (name: string, bytes: Uint8Array) => (writeFileSync(path(name), bytes), path(name));
  const header = (config: unknown) => ({ config: JSON.stringify(config) });
  const name = "down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q";
  const [width] = base.unet.params[`${name}.weight`]!.shape as [number];
  const half = (rows: number, columns: number) =>
    host(new Float32Array(rows * columns).fill(0.5), [rows, columns]);
  const lora = file(
    "lora.safetensors",
    writeSafetensors({
      [`unet.${name}.lora_A.weight`]: half(2, width),
      [`unet.${name}.lora_B.weight`]: half(width, 2),
    }),
  );
  const request = { adapter: null, prompt: "a red apple", steps: 1, count: 1 } as const;
  const sample = async (more: Parameters<typeof generate>[0]) => (await generate(more)).pictures[0]!.pixels;
  const plain = await sample(request);
  assert.deepEqual(await sample({ ...request, lora, loraScale: 0 }), plain);
  assert.notDeepEqual(await sample({ ...request, lora }), plain);
  const controlnet = file("controlnet.safetensors", writeSafetensors(params, header(config)));
  const controlled = await sample({ ...request, controlnet, control: square });
  controlled.forEach((value, i) => assert.ok(Math.abs(value - plain[i]!) <= 1));

  const foreign = file("foreign.safetensors", writeSafetensors({ "unet.nothing.lora_A.weight": half(1, 1) }));
  await assert.rejects(
    generate({ ...request, lora: foreign }),
    /Applying the LoRA .*unexpected "unet\.nothing/,
  );
  const narrow = file(
    "narrow.safetensors",
    writeSafetensors(params, header({ ...config, norm_num_groups: 2 })),
  );
  await assert.rejects(
    generate({ ...request, controlnet: narrow, control: square }),
    /expected norm_num_groups 16 as this base's U-Net, got 2/,
  );
  for (
    const [fields, message] of [
      [{ act_fn: "gelu" }, /not built: A U-Net here needs act_fn = silu, got "gelu"/],
      [{ freq_shift: "x" }, /expected freq_shift to be a number, got "x"/],
    ] as const
  ) {
    const strange = file("strange.safetensors", writeSafetensors(params, header({ ...config, ...fields })));
    await assert.rejects(generate({ ...request, controlnet: strange, control: square }), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(generate({ ...request, control: square }), /go together/);
  const prepared = await prepareGeneration({ ...request, controlnet, controlFrom: square });
  assert.deepEqual(prepared.control!.pixels, edgePicture(square.pixels));
  assert.match(prepared.notes.join(), /shown its edges/);
  const both = { ...request, controlnet, control: square, controlFrom: square };
  await assert.rejects(generate(both), /exclude each other/);
  const pose = file(
    "pose.safetensors",
    encodeCheckpoint("controlnet-pose", params, { ...config, base: "0123456789abcdef" }),
  );
  await assert.rejects(
    generate({ ...request, controlnet: pose, controlFrom: square }),
    /a pose ControlNet does not read/,
  );
  assert.match(
    (await prepareGeneration({ ...request, controlnet: pose, control: square })).notes.join(),
    /trained on another base model \(0123456789abcdef then, [0-9a-f]{16} now\)/,
  );
});

Deno.test("a picture of another size is fitted only when --fit says how, and that is said", async () => {
  const adapter = await adapterFile("adapter.safetensors", 1);
  const image = new Uint8Array(readFileSync(path("wide.png")));
  const request = { image, adapter, instruction: "use the object" };
  await assert.rejects(prepareGeneration(request), /expected 64x64 pixels, got 8x4; --fit crop/);
  const padded = await prepareGeneration({ ...request, fit: "pad" });
  assert.match(padded.notes.join(), /padded from 8x4 to 64x64/);
  assert.deepEqual([...padded.image!.pixels.subarray(0, 3)], [255, 255, 255]);
  const cut = await prepareGeneration({ ...request, fit: "crop" });
  assert.deepEqual([...cut.image!.pixels.subarray(0, 3)], [90, 90, 90]);
});

Deno.test("a record survives its PNG, and a broken one is refused in one sentence", async () => {
  const prepared = await prepareGeneration({ adapter: null, prompt: "Äpfel" });
  const record = { ...prepared.record, index: 7 };
  const bytes = encodeRecorded(square, record);
  assert.deepEqual(readRecord(bytes, "x.png"), record);
  assert.deepEqual((await readPicture(bytes)).width, 64);
  for (
    const [broken, message] of [
      [encodePng(square), /got a PNG without a record/],
      [Uint8Array.of(1), /expected a whole PNG/],
      [encodePng(square, { text: { "ipadapter-instruct": "{" } }), /it is damaged/],
      [encodePng(square, { text: { "ipadapter-instruct": "{}" } }), /expected schema 1/],
      [encodeRecorded(square, { ...record, index: -1 }), /incomplete or damaged/],
      [encodeRecorded(square, { ...record, settings: { ...record.settings, steps: 0 } }), /--steps expects/],
    ] as const
  ) {
    assert.throws(
      () => readRecord(broken, "x.png"),
      (error) => error instanceof UserError && message.test(error.message),
    );
  }
  const none = generatePictures(prepared, { indices: [] });
  assert.equal((await none.next()).done, true);
});

Deno.test("deno task generate answers a mistake with one sentence", async () => {
  const adapter = await adapterFile("adapter.safetensors", 1);
  const good = [...common(adapter), "--out", path("never")];
  const without = (name: string) => good.toSpliced(good.indexOf(name), 2);
  const replaced = (name: string, value: string) => good.with(good.indexOf(name) + 1, value);
  const vae = (await sharedBase()).unet.params;
  writeFileSync(path("bare.safetensors"), writeSafetensors({ x: vae["conv_in.weight"]! }));
  writeFileSync(path("part.safetensors"), encodeCheckpoint("vae", { x: vae["conv_in.weight"]! }, {}));
  writeFileSync(path("cut.safetensors"), read(adapter).subarray(0, 5000));
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [without("--out"), /--out expects a folder/],
    [without("--image"), /expected a condition image/],
    [without("--instruct"), /expected an instruction/],
    [replaced("--instruct", ""), /expected an instruction/],
    [replaced("--instruct", "word ".repeat(200)), /128/],
    [replaced("--prompt", "apple ".repeat(30)), /expected at most 22 words, got 30/],
    [replaced("--image", path("absent.png")), /there is no such file/],
    [replaced("--image", folder), /it is a folder/],
    [replaced("--image", path("empty.png")), /got an empty file/],
    [replaced("--image", path("text.png")), /got 18 bytes of something else/],
    [replaced("--image", path("huge.png")), /got 64x20000/],
    [replaced("--image", path("wide.png")), /got 8x4; --fit crop/],
    [replaced("--checkpoint", path("absent.safetensors")), /there is no such file/],
    [replaced("--checkpoint", path("bare.safetensors")), /projection in the header/],
    [replaced("--checkpoint", path("part.safetensors")), /projection in the header/],
    [replaced("--checkpoint", path("cut.safetensors")), /truncated/],
    [replaced("--checkpoint", "data/checkpoints/ip-adapter-plus.safetensors"), /takes no instruction/],
    [replaced("--steps", "0"), /--steps expects a whole number from 1 to 1000, got "0"/],
    [replaced("--steps", "many"), /--steps expects a whole number/],
    [[...good, "--sampler", "dimm"], /did you mean "ddim"/],
    [[...good, "--fit", "squeeze"], /--fit expects crop or pad/],
    [[...good, "--guidance", "99"], /--guidance expects a number from 0 to 30, got "99"/],
    [[...good, "--no-adapter"], /exclude each other/],
    [[...good, "--sede", "1"], /did you mean "--seed"/],
    [[...good, "apple"], /expected options only, got "apple"/],
    [[...good, "--repeat", path("square.png")], /takes everything from the picture/],
    [["--repeat", path("square.png"), "--out", folder], /a PNG without a record/],
    [[...good.slice(0, -1), join(path("text.png"), "inside")], /Cannot write .*a file, not a folder/],
  ];
  for (const [args, message] of cases) {
    await assert.rejects(run(...args), (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, message);
      assert.ok(!error.message.includes("\n"), "one line");
      return true;
    });
  }
  assert.ok(!readdirSync(folder).includes("never"));
  assert.match((await run("--help")).out, /--adapter-scale N/);
});
