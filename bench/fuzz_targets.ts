/** Everything that reads files and requests of the world, with sound ones to begin from. Each reads bytes or refuses them with one sentence. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Buffer } from "node:buffer";
import { crc32, deflateSync } from "node:zlib";
import { encode as encodeAnyPng } from "fast-png";
import { detectAdapter } from "../lib/adapter/mod.ts";
import { clipTokenizerFromVocabulary, textTowerShapes, visionTowerShapes } from "../lib/clip/mod.ts";
import {
  controlnetShapes,
  readLoraFile,
  SAMPLER_NAMES,
  unetShapes,
  vaeShapes,
} from "../lib/diffusion/mod.ts";
import { brokenTensor, host, readSafetensors, writeSafetensors } from "../lib/engine/mod.ts";
import { layerFormat, readLayerFile } from "../lib/explorer/server/layer_file.ts";
import { openWeightFile, planLoading, PUBLISHED_NAMES, textLines } from "../lib/hub/mod.ts";
import { readAnswer } from "../lib/instructions/mod.ts";
import { encodePng } from "../lib/raster/mod.ts";
import { checkDataset } from "../experiments/data/check_dataset.ts";
import { asConfigFault, parseConfig } from "../experiments/paper/model_config.ts";
import { parseSchedule } from "../experiments/paper/schedule_file.ts";
import { fitSource } from "../experiments/pictures/fit_source.ts";
import { checkSteps } from "../experiments/pictures/settings.ts";
import {
  SD15_CONTROLNET,
  SD15_UNET,
  SD15_VAE,
  VIT_H_VISION,
  VIT_L_TEXT,
} from "../experiments/setting/sd15_sizes.ts";

/** A reader under test. */
export interface FuzzTarget {
  readonly name: string;
  /** Sound inputs. */
  readonly seeds: readonly Uint8Array[];
  /** Reads one; `folder` is empty and the caller's. */
  read(bytes: Uint8Array, folder: string): Promise<unknown> | unknown;
}

const file = (path: string) => new Uint8Array(readFileSync(new URL(`../${path}`, import.meta.url)));
const text = (content: string) => new TextEncoder().encode(content);
const json = (value: unknown) => text(JSON.stringify(value));
/** As a file would be read: text whatever its bytes are. */
const asText = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const SAFETENSORS = [
  writeSafetensors({ a: host([1, 2, 3, 4], [2, 2]), b: host(Int32Array.of(7), [1]) }, { note: "x" }),
  writeSafetensors({ a: host([1, 2], [2]) }, {}, { dtype: "float16" }),
];
const LORA = writeSafetensors(
  {
    "unet.a.lora_A.weight": host([1, 2], [1, 2]),
    "unet.a.lora_B.weight": host([1, 2], [2, 1]),
    "lora_te_b.lora_down.weight": host([1, 2], [1, 2]),
    "lora_te_b.lora_up.weight": host([1, 2], [2, 1]),
    "lora_te_b.alpha": host([1], []),
  },
  { lora_adapter_metadata: JSON.stringify({ "unet.lora_alpha": 2, "unet.alpha_pattern": { "a.*": 3 } }) },
);

/** A grey baseline JPEG of 16 x 8 pixels. */
const JPEG = Uint8Array.from(
  Buffer.from(
    "/9j/2wBDAAEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQH/wAALCAAIABABAREA/8QAFQAAAgAAAAAAAAAAAAAAAAAAAAr/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AAwA/9k=",
    "base64",
  ),
);
const pixels = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => i);
const PNG = encodePng({ width: 8, height: 8, pixels }, { text: { a: "b" } });
/** One grey pixel of two bits, in seven passes. */
function inSevenPasses(): Uint8Array {
  const chunk = (type: string, body: Uint8Array) => {
    const whole = Buffer.alloc(12 + body.length);
    whole.writeUInt32BE(body.length);
    whole.write(type, 4, "latin1");
    whole.set(body, 8);
    whole.writeUInt32BE(crc32(whole.subarray(4, -4)), 8 + body.length);
    return whole;
  };
  const header = Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 1, 2, 0, 0, 0, 1);
  const rows = chunk("IDAT", deflateSync(Uint8Array.of(0, 128)));
  return Uint8Array.from(
    Buffer.concat([PNG.subarray(0, 8), chunk("IHDR", header), rows, chunk("IEND", new Uint8Array())]),
  );
}
const PICTURES = [
  PNG,
  encodeAnyPng({
    width: 4,
    height: 4,
    channels: 2,
    depth: 16,
    data: Uint16Array.from({ length: 32 }, (_, i) => 999 * i),
  }),
  encodeAnyPng({ width: 8, height: 2, channels: 1, depth: 1, data: Uint8Array.of(170, 85) }),
  inSevenPasses(),
  file("lib/raster/testdata/two.webp"),
  JPEG,
];

const PAIR = { condition: "c.png", target: "t.png", prompt: "a boat", caption: "a tree" };
const VOCABULARY = file("lib/clip/testdata/vocab.json"), MERGES = file("lib/clip/testdata/merges.txt");

async function readWhole(path: string): Promise<void> {
  const stored = await openWeightFile(path, { what: "a file" });
  try {
    for (const name of Object.keys(stored.tensors)) stored.read(name);
    for (const rows of Object.values(PUBLISHED_NAMES)) planLoading(stored, rows);
  } finally {
    stored.close();
  }
}

function weightFile(bytes: Uint8Array, folder: string): Promise<void> {
  const path = join(folder, "weights");
  writeFileSync(path, bytes);
  return readWhole(path);
}

/** The readers of files. */
export const FILE_TARGETS: readonly FuzzTarget[] = [
  { name: "safetensors in memory", seeds: SAFETENSORS, read: (bytes) => readSafetensors(bytes) },
  { name: "safetensors", seeds: [...SAFETENSORS, LORA], read: weightFile },
  {
    name: "torch",
    seeds: [file("lib/hub/testdata/state.bin"), file("lib/hub/testdata/module.bin")],
    read: weightFile,
  },
  {
    name: "adapter",
    seeds: [file("lib/adapter/testdata/plus.bin"), file("lib/adapter/testdata/first_diffusers.safetensors")],
    async read(bytes, folder) {
      const path = join(folder, "weights");
      writeFileSync(path, bytes);
      const stored = await openWeightFile(path);
      try {
        detectAdapter(stored, { unet: SD15_UNET });
      } finally {
        stored.close();
      }
    },
  },
  {
    name: "LoRA",
    seeds: [LORA],
    read(bytes) {
      const stored = readSafetensors(bytes);
      if (brokenTensor(stored.tensors)) return;
      readLoraFile(stored, { unet: ["a.weight"], text_encoder: ["b.weight"] });
    },
  },
  {
    name: "adapter_config.json",
    seeds: [
      json({
        peft_type: "LORA",
        r: 2,
        lora_alpha: 8,
        alpha_pattern: { a: 3 },
        use_rslora: false,
        use_dora: false,
      }),
    ],
    read: (bytes) =>
      readLoraFile({ ...readSafetensors(LORA), metadata: {}, beside: asText(bytes) }, {
        unet: ["a.weight"],
        text_encoder: ["b.weight"],
      }),
  },
  {
    name: "picture",
    seeds: PICTURES,
    read: (bytes) => fitSource(bytes, { name: "a picture", fit: "crop" }),
  },
  {
    name: "scheduler_config.json",
    seeds: [
      json({
        _class_name: "DDIMScheduler",
        num_train_timesteps: 100,
        beta_start: 0.001,
        beta_end: 0.01,
        steps_offset: 1,
        clip_sample: false,
      }),
      json({
        beta_schedule: "linear",
        prediction_type: "v_prediction",
        timestep_spacing: "trailing",
        use_karras_sigmas: true,
      }),
    ],
    async read(bytes) {
      const schedule = parseSchedule(asText(bytes), "scheduler_config.json");
      const sampler = SAMPLER_NAMES[bytes.length % SAMPLER_NAMES.length]!;
      await checkSteps(schedule, { steps: 10, sampler });
    },
  },
  ...([
    ["unet", SD15_UNET, unetShapes],
    ["vae", SD15_VAE, vaeShapes],
    ["controlnet", SD15_CONTROLNET, controlnetShapes],
  ] as const).map(([name, otherwise, shapes]): FuzzTarget => ({
    name: `config.json of ${name}`,
    seeds: [json(otherwise)],
    read(bytes) {
      const config = parseConfig<object>(asText(bytes), "config.json", { otherwise });
      asConfigFault("config.json", () => (shapes as (config: unknown) => unknown)(config));
    },
  })),
  ...([
    ["text_config", VIT_L_TEXT, textTowerShapes],
    ["vision_config", VIT_H_VISION, visionTowerShapes],
  ] as const).map(([part, otherwise, shapes]): FuzzTarget => ({
    name: `config.json of ${part}`,
    seeds: [json(otherwise), json({ projection_dim: 8, [part]: otherwise })],
    read(bytes) {
      const config = parseConfig<object>(asText(bytes), "config.json", { otherwise, part });
      asConfigFault("config.json", () => (shapes as (config: unknown) => unknown)(config));
    },
  })),
  {
    name: "vocab.json",
    seeds: [VOCABULARY],
    read: (bytes) =>
      clipTokenizerFromVocabulary({ vocab: asText(bytes), merges: asText(MERGES) }).encode(["a cat"]),
  },
  {
    name: "merges.txt",
    seeds: [MERGES],
    read: (bytes) =>
      clipTokenizerFromVocabulary({ vocab: asText(VOCABULARY), merges: asText(bytes) }).encode(["a cat"]),
  },
  ...([
    ["a.txt", "use the style\nkeep the face\n"],
    ["a.csv", 'id;instruction\n1;use the style\n2;"keep; the face"\n'],
    ["a.jsonl", '{"text":"use the style"}\n"keep the face"\n'],
    ["a.json", JSON.stringify({ instructions: ["use the style", { text: "keep the face" }] })],
  ] as const).map(([name, content]): FuzzTarget => ({
    name: `layer ${name}`,
    seeds: [text(content)],
    read: (bytes) => readLayerFile(bytes, layerFormat(name)),
  })),
  {
    name: "language model's answer",
    seeds: [
      text('<think>hm</think>Sure!\n1. **use the style**\n2. "keep it"'),
      text('```json\n["use the style", {"text": "keep it"}]\n```'),
    ],
    read: (bytes) => readAnswer(asText(bytes)),
  },
  {
    name: "data check",
    seeds: [text(`${JSON.stringify(PAIR)}\n${JSON.stringify({ ...PAIR, target: "./t.png" })}\n`)],
    async read(bytes, folder) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "c.png"), PNG);
      writeFileSync(join(folder, "t.png"), PNG);
      writeFileSync(join(folder, "train.jsonl"), bytes);
      writeFileSync(join(folder, "val.jsonl"), json(PAIR));
      await checkDataset("style", folder, { decode: 2 });
      for await (const line of textLines(join(folder, "train.jsonl"))) void line;
    },
  },
];
