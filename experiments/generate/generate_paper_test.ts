import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eager, UserError } from "../../lib/engine/mod.ts";
import { encodePng, readPicture } from "../../lib/raster/mod.ts";
import { PAPER_RECORDS } from "../paper/paper_record.ts";
import { generatePaper, PAPER_PICTURES } from "../paper/picture_scale.ts";
import { inTinyFolder } from "../paper/testdata/tiny_folder.ts";
import { readRecordOf } from "../pictures/record.ts";
import { runGenerate } from "./command.ts";
import { generationSheet } from "./sheet.ts";

const SILENT = { out: () => {}, err: () => {}, terminal: false };
const pixels = (width: number, height: number) =>
  Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 37) % 256);

/** Runs the command in a folder of tiny models; names that end in .png or .safetensors are of that folder. */
async function generate(folder: string, args: readonly string[], engine?: "cpu"): Promise<string> {
  const picture = (name: string, width: number, height: number) =>
    writeFileSync(join(folder, name), encodePng({ width, height, pixels: pixels(width, height) }));
  picture("square.png", 20, 20);
  picture("wide.png", 24, 20);
  picture("edges.png", 16, 24);
  let printed = "";
  const io = { out: (text: string) => printed += text, err: () => {}, terminal: false };
  const own = (arg: string) => /^[\w-]+\.(png|safetensors)$/.test(arg) ? join(folder, arg) : arg;
  await runGenerate(
    PAPER_PICTURES,
    ["--models", folder, ...args.map(own)],
    io,
    engine ? { make: (fn, parts) => eager(fn, parts, { backend: engine }) } : {},
  );
  return printed;
}

const SMALL = ["--size", "16x24", "--steps", "2", "--prompt", "a cat"];

/** The pixels of one picture. */
async function picture(folder: string, args: readonly string[], engine?: "cpu"): Promise<Uint8Array> {
  const out = join(folder, "one");
  const common = args.includes("--size") ? SMALL.slice(2) : SMALL;
  await generate(folder, [...common, "--out", out, "--count", "1", ...args], engine);
  return (await readPicture(readFileSync(join(out, "000.png")))).pixels;
}

const INSTRUCT = ["--image", "square.png", "--instruct", "the sea"];

Deno.test("runGenerate() at the paper's scale samples from a local folder in diffusers' layout: repeatable, heeding image, instruction and scale", () =>
  inTinyFolder(async (folder) => {
    const strong = ["--adapter-scale", "2"];
    const out = join(folder, "a");
    const report = JSON.parse(
      await generate(folder, [...SMALL, "--out", out, "--count", "2", ...INSTRUCT, ...strong, "--json"]),
    );
    assert.deepEqual(report.files, [join(out, "000.png"), join(out, "001.png")]);
    assert.ok(existsSync(report.grid));
    assert.match(report.weights.unet.sha256, /^[0-9a-f]{16}$/);
    const [first, second] = await Promise.all(
      report.files.map((path: string) => readPicture(readFileSync(path))),
    );
    assert.deepEqual([first.width, first.height], [16, 24]);
    assert.notDeepEqual(first.pixels, second.pixels);
    const record = readRecordOf(new Uint8Array(readFileSync(report.files[1])), "001.png", PAPER_RECORDS);
    assert.equal(record.index, 1);
    assert.equal(record.settings.instruction, "the sea");
    assert.deepEqual(Object.keys(record.weights).sort(), ["adapter", "text", "unet", "vae", "vision"]);
    assert.deepEqual(await picture(folder, [...INSTRUCT, ...strong]), first.pixels);
    const none = await picture(folder, [...INSTRUCT, "--adapter-scale", "0"]);
    assert.notDeepEqual(none, first.pixels);
    // At scale 0 the adapter is not there, whatever the kind.
    assert.deepEqual(await picture(folder, ["--image", "square.png", "--adapter-scale", "0"]), none);
  }));

Deno.test("runGenerate() at the paper's scale samples what diffusers' pipeline samples from the same folder, noise and settings", async () => {
  // Written by diffusers: see testdata/draw_with_diffusers.py.
  const folder = fileURLToPath(new URL("../paper/testdata/sd_tiny", import.meta.url));
  const out = await Deno.makeTempDir();
  try {
    const text = ["--prompt", "a photo of a cat", "--negative", "sea", "--size", "16x24"];
    const numbers = [
      "--steps",
      "4",
      "--guidance",
      "3",
      "--adapter-scale",
      "1.5",
      "--seed",
      "7",
      "--count",
      "1",
    ];
    const image = ["--image", join(folder, "square.png"), "--models", folder];
    await runGenerate(PAPER_PICTURES, [...text, ...numbers, ...image, "--out", out], SILENT);
    const sampled = await readPicture(readFileSync(join(out, "000.png")));
    const expected = await readPicture(readFileSync(join(folder, "expected.png")));
    assert.deepEqual([sampled.width, sampled.height], [expected.width, expected.height]);
    sampled.pixels.forEach((value, i) => assert.ok(Math.abs(value - expected.pixels[i]!) <= 1, `byte ${i}`));
  } finally {
    await Deno.remove(out, { recursive: true });
  }
});

Deno.test("runGenerate() at the paper's scale samples the same compiled and eagerly, but for rounding, with ControlNet and LoRA", () =>
  inTinyFolder(async (folder) => {
    const args = [
      ...INSTRUCT,
      "--lora",
      "lora.safetensors",
      "--controlnet",
      "scribble",
      "--control",
      "edges.png",
    ];
    const compiled = await picture(folder, args), plain = await picture(folder, args, "cpu");
    compiled.forEach((value, i) => assert.ok(Math.abs(value - plain[i]!) <= 1));
  }));

Deno.test("runGenerate() at the paper's scale heeds ControlNet and LoRA, which at scale 0 are not there", () =>
  inTinyFolder(async (folder) => {
    const alone = await picture(folder, INSTRUCT);
    const shown = [...INSTRUCT, "--controlnet", "scribble", "--control", "edges.png"];
    assert.notDeepEqual(await picture(folder, shown), alone);
    assert.deepEqual(await picture(folder, [...shown, "--control-scale", "0"]), alone);
    const changed = [...INSTRUCT, "--lora", "lora.safetensors"];
    assert.notDeepEqual(await picture(folder, changed), alone);
    assert.deepEqual(await picture(folder, [...changed, "--lora-scale", "0"]), alone);
  }));

Deno.test("runGenerate() at the paper's scale heeds --negative, --sampler and --fit, and takes a LoRA in peft's names as in kohya's", () =>
  inTinyFolder(async (folder) => {
    const distinct = async (variants: readonly (readonly string[])[]) => {
      const sampled = [];
      for (const args of variants) sampled.push(String(await picture(folder, args)));
      assert.equal(new Set(sampled).size, variants.length);
    };
    await distinct([
      INSTRUCT,
      [...INSTRUCT, "--negative", "sea"],
      [...INSTRUCT, "--sampler", "pndm"],
      [...INSTRUCT, "--sampler", "euler"],
    ]);
    const wide = ["--image", "wide.png", "--instruct", "the sea", "--adapter-scale", "2", "--guidance", "30"];
    await distinct([[...wide, "--fit", "crop"], [...wide, "--fit", "pad"]]);
    const withLora = (name: string) => picture(folder, [...INSTRUCT, "--lora", name]);
    assert.deepEqual(await withLora("lora-peft.safetensors"), await withLora("lora.safetensors"));
  }));

Deno.test("runGenerate() at the paper's scale samples sides that the U-Net does not halve evenly, compiled as eagerly", () =>
  inTinyFolder(async (folder) => {
    const args = [...INSTRUCT, "--controlnet", "scribble", "--control", "odd.png", "--size", "18x22"];
    const odd = { width: 18, height: 22, pixels: pixels(18, 22) };
    writeFileSync(join(folder, "odd.png"), encodePng(odd));
    const compiled = await picture(folder, args), plain = await picture(folder, args, "cpu");
    assert.equal(compiled.length, 4 * 18 * 22);
    compiled.forEach((value, i) => assert.ok(Math.abs(value - plain[i]!) <= 1));
  }));

Deno.test("runGenerate() at the paper's scale chains four predictions with --instruct-guidance, recorded and repeatable, with a ControlNet, too", () =>
  inTinyFolder(async (folder) => {
    const chain = ["--instruct-guidance", "12", "--image-guidance", "3", "--guidance", "8"];
    const control = ["--controlnet", "scribble", "--control", "edges.png"];
    const out = join(folder, "chain");
    await generate(folder, [...SMALL, "--out", out, "--count", "1", ...INSTRUCT, ...chain, ...control]);
    const bytes = new Uint8Array(readFileSync(join(out, "000.png")));
    const { settings } = readRecordOf(bytes, "000.png", PAPER_RECORDS);
    assert.deepEqual([settings.instructGuidance, settings.imageGuidance, settings.guidance], [12, 3, 8]);
    const record = { scale: "paper", settings };
    const sheet = generationSheet({
      pictures: [{ width: 1, height: 1, pixels: pixels(1, 1), index: 0, record }],
    });
    assert.match(sheet.subtitle!, /guidance 3 \(image\), 8 \(prompt\), 12 \(instruction\)/);
    assert.notDeepEqual(
      await picture(folder, [...INSTRUCT, ...control, "--guidance", "8"]),
      (await readPicture(bytes)).pixels,
    );
    const again = JSON.parse(
      await generate(folder, ["--repeat", join(out, "000.png"), "--out", join(folder, "again"), "--json"]),
    );
    assert.equal(again.identical, true);
  }));

Deno.test("runGenerate() at the paper's scale samples with the paper's own Instruct design, which heeds its instruction", () =>
  inTinyFolder(async (folder) => {
    const sample = (instruction: string) =>
      picture(folder, [
        "--image",
        "square.png",
        "--checkpoint",
        "own-instruct.safetensors",
        "--instruct",
        instruction,
      ]);
    const sea = await sample("the sea");
    assert.deepEqual(await sample("the sea"), sea);
    assert.notDeepEqual(await sample("a photo of a cat"), sea);
  }));

Deno.test("runGenerate() at the paper's scale takes the noise schedule of the folder's scheduler_config.json", () =>
  inTinyFolder(async (folder) => {
    const alone = await picture(folder, INSTRUCT);
    mkdirSync(join(folder, "scheduler"));
    const write = (config: object) =>
      writeFileSync(join(folder, "scheduler/scheduler_config.json"), JSON.stringify(config));
    write({ _class_name: "PNDMScheduler", steps_offset: 1, skip_prk_steps: true });
    assert.deepEqual(await picture(folder, INSTRUCT), alone);
    write({ beta_end: 0.02 });
    assert.notDeepEqual(await picture(folder, INSTRUCT), alone);
  }));

Deno.test("runGenerate() at the paper's scale makes a picture again from its file, bit for bit, and says what is another now", () =>
  inTinyFolder(async (folder) => {
    const first = join(folder, "first");
    const args = [
      ...[
        ...SMALL,
        "--image",
        "wide.png",
        "--fit",
        "pad",
        "--instruct",
        "the sea",
        "--seed",
        "5",
        "--count",
        "2",
      ],
      ...["--lora", "lora.safetensors", "--controlnet", "scribble", "--control", "wide.png"],
    ];
    await generate(folder, [...args, "--out", first]);
    rmSync(join(folder, "wide.png"));
    const again = JSON.parse(
      await generate(folder, ["--repeat", join(first, "001.png"), "--out", join(folder, "again"), "--json"]),
    );
    assert.equal(again.identical, true);
    assert.deepEqual(again.notes, []);
    assert.deepEqual(readFileSync(again.files[0]), readFileSync(join(first, "001.png")));
    const text = ["text_encoder/model.safetensors"].map((name) => join(folder, name))[0]!;
    const bytes = readFileSync(text);
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(text, bytes);
    const other = JSON.parse(
      await generate(folder, ["--repeat", join(first, "001.png"), "--out", join(folder, "again"), "--json"]),
    );
    assert.match(other.notes.join(), /The text is another than the picture was made with/);
  }));

Deno.test("generatePaper() gives a program the same pictures as the command", () =>
  inTinyFolder(async (folder) => {
    const expected = await picture(folder, INSTRUCT);
    const steps: number[] = [];
    const { pictures, image } = await generatePaper({
      models: folder,
      image: { width: 20, height: 20, pixels: pixels(20, 20) },
      instruction: "the sea",
      prompt: "a cat",
      ...{ width: 16, height: 24, steps: 2, count: 1 },
    }, { progress: (done, total) => steps.push(done / total) });
    assert.deepEqual([...pictures[0]!.pixels], [...expected].filter((_, i) => i % 4 !== 3));
    assert.deepEqual([image.width, image.height], [16, 16]);
    assert.deepEqual(steps, [0.5, 1]);
  }));

Deno.test("runGenerate() at the paper's scale refuses a ControlNet that takes BGR or pools its residuals, which are not read", () =>
  inTinyFolder(async (folder) => {
    const path = join(folder, "controlnet_scribble/config.json");
    const config = JSON.parse(readFileSync(path, "utf8"));
    const args = [...INSTRUCT, "--controlnet", "scribble", "--control", "edges.png", "--size", "16x24"];
    for (
      const [field, value, message] of [
        ["controlnet_conditioning_channel_order", "bgr", /expected one that takes RGB .*channel_order "bgr"/],
        ["global_pool_conditions", true, /got global_pool_conditions true/],
      ] as const
    ) {
      writeFileSync(path, JSON.stringify({ ...config, [field]: value }));
      await assert.rejects(() => generate(folder, [...args, "--out", join(folder, "x")]), {
        name: "UserError",
        message,
      });
    }
    const usual = { controlnet_conditioning_channel_order: "rgb", global_pool_conditions: false };
    writeFileSync(path, JSON.stringify({ ...config, ...usual }));
    await generate(folder, [...args, "--out", join(folder, "x")]);
  }));

Deno.test("runGenerate() at the paper's scale says in one sentence what is wrong", () =>
  inTinyFolder(async (folder) => {
    const out = ["--out", join(folder, "x")];
    const cases: [string[], RegExp][] = [
      [["--image", "square.png"], /--out expects a folder/],
      [out, /expected a condition image \(--image\), got none/],
      [
        [...out, "--image", "wide.png", "--instruct", "a"],
        /expected a square picture, got 24x20; --fit crop/,
      ],
      [[...out, "--image", "none.png"], /there is no such file/],
      [
        [...out, ...INSTRUCT, "--checkpoint", "ip-adapter-plus_sd15.safetensors"],
        /takes no instruction/,
      ],
      [
        [...out, "--image", "square.png", "--checkpoint", "own-instruct.safetensors"],
        /This adapter needs an instruction/,
      ],
      [[...out, ...INSTRUCT, "--controlnet", "pose"], /--controlnet and --control go together/],
      [
        [...out, ...INSTRUCT, "--controlnet", "pose", "--control", "edges.png", "--size", "16x24"],
        /Loading the ControlNet \(openpose\) failed: expected controlnet_openpose/,
      ],
      [
        [...out, ...INSTRUCT, "--controlnet", "scribble", "--control", "square.png", "--size", "16x24"],
        /expected 16x24 pixels, got 20x20; --fit/,
      ],
      [
        [...out, ...INSTRUCT, "--lora", "own-instruct.safetensors"],
        /Applying the LoRA .* failed: .*unexpected/,
      ],
      [[...out, ...INSTRUCT, "--size", "17x16"], /--size needs sides divisible by 2, got 17x16/],
      [
        [...out, "--image", "square.png", "--instruct-guidance", "6"],
        /--instruct-guidance needs IPAdapter-Instruct as released/,
      ],
      [[...out, ...INSTRUCT, "--image-guidance", "1"], /--image-guidance goes with --instruct-guidance/],
      [[...out, ...INSTRUCT, "--sampler", "heun"], /--sampler expects ddim, pndm or euler, got "heun"/],
      [
        [...out, ...INSTRUCT, "--steps", "1000", "--sampler", "pndm"],
        /--steps 1000 with --sampler pndm does not suit the noise schedule: .*timesteps below 1000, got 1000/,
      ],
      [[...out, ...INSTRUCT, "--size", "9000x16"], /--size expects WxH with sides from 8 to 4096/],
      [[...out, "--repeat", "square.png"], /got a PNG without a record/],
      [[...out, "--repeat", "square.png", "--seed", "2"], /leave --seed out/],
    ];
    for (const [args, message] of cases) {
      await assert.rejects(() => generate(folder, args), (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    }
  }));
