/** The published files that the paper's scale is made of: where they are on the hub, where in a local folder, and what must be in them. */
import {
  adapterShapes,
  type AdapterTarget,
  checkAdapterFile,
  type PublishedProjection,
} from "../../lib/adapter/mod.ts";
import { clipTokenizerFromVocabulary, textTowerShapes, visionTowerShapes } from "../../lib/clip/mod.ts";
import { controlnetShapes, unetShapes, vaeShapes } from "../../lib/diffusion/mod.ts";
import { checkShapes, countParameters, type Shapes } from "../../lib/engine/mod.ts";
import { planLoading, PUBLISHED_NAMES, type PublishedModel, type WeightFile } from "../../lib/hub/mod.ts";
import { type Controlnet, type ControlnetName, CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";
import { parseSchedule } from "./schedule_file.ts";
import {
  SD15_CONTROLNET,
  SD15_INSTRUCT_RELEASED,
  SD15_RESAMPLER,
  SD15_UNET,
  SD15_VAE,
  VIT_H_TEXT,
  VIT_H_VISION,
  VIT_L_TEXT,
} from "../setting/sd15_sizes.ts";

/** What a file is to the paper's models. */
export type PaperRole =
  | "unet"
  | "vae"
  | "text"
  | "vocabulary"
  | "merges"
  | "schedule"
  | "vision"
  | "plus"
  | "instruct"
  | "instruction"
  | ControlnetName;

/** The commands that a file can be needed by, at the paper's scale. */
export type PaperCommand = "generate" | "reproduce";

/** A file that the paper's scale needs or can use. */
export interface PaperFile {
  /** Which one it is. */
  readonly role: PaperRole;
  /** What it is, for people. */
  readonly part: string;
  /** Commands that do not run without it, as they are without options; none: an option, or a default stands in for it. */
  readonly neededBy: readonly PaperCommand[];
  /** OWNER/NAME on the hub. */
  readonly repo: string;
  /** Path in that repository. */
  readonly path: string;
  /** Paths in a local folder, diffusers' layout; the first that exists counts. */
  readonly local: readonly string[];
  /** Bytes that are expected; of single precision where the publisher's figure is not known. */
  readonly bytes?: number;
  /** SHA-256 where one was published. */
  readonly sha256?: string;
  /** Licence as the repository's card stated it when this table was written; undefined: no card was at hand. The card on the machine counts. */
  readonly licence?: string;
  /** Throws a UserError when an open file of weights is not this part. Absent: the file is text. */
  readonly check?: (file: WeightFile) => void;
  /** The same for a text file and its folder's other files. */
  readonly checkText?: (text: string, other: (name: string) => string) => void;
}

const SD15 = "stable-diffusion-v1-5/stable-diffusion-v1-5";
const SD15_LICENCE = "creativeml-openrail-m";
const IP_ADAPTER = "h94/IP-Adapter";

function weights(folder: string, file: string): string[] {
  const names = [".safetensors", ".fp16.safetensors", ".bin", ".fp16.bin"];
  return names.map((name) => `${folder}/${file}${name}`);
}

function fits(kind: PublishedModel, shapes: Shapes): Pick<PaperFile, "check" | "bytes"> {
  return {
    bytes: 4 * countParameters(shapes),
    check(file) {
      checkShapes(planLoading(file, PUBLISHED_NAMES[kind], shapes).shapes, shapes, { what: file.what });
    },
  };
}

function adapterFits(projection: PublishedProjection): Pick<PaperFile, "check" | "bytes"> {
  const target: AdapterTarget = { projection, unet: SD15_UNET };
  return {
    bytes: 4 * countParameters(adapterShapes(target)),
    check: (file) => void checkAdapterFile(file, target),
  };
}

function controlnetFile({ name: role, published: name }: Controlnet<ControlnetName>): PaperFile {
  return {
    role,
    part: `ControlNet (${name})`,
    neededBy: [],
    repo: `lllyasviel/control_v11p_sd15_${name}`,
    path: "diffusion_pytorch_model.safetensors",
    local: weights(`controlnet_${name}`, "diffusion_pytorch_model"),
    ...fits("controlnet", controlnetShapes(SD15_CONTROLNET)),
  };
}

function checkTokenizer(file: "vocab" | "merges"): PaperFile["checkText"] {
  return (text, other) => {
    const vocab = file === "vocab" ? text : other("vocab.json");
    clipTokenizerFromVocabulary({ vocab, merges: file === "merges" ? text : other("merges.txt") });
  };
}

/** The noise schedule; SD 1.5's where it is not there. */
export const SCHEDULER_FILE: PaperFile = {
  role: "schedule",
  part: "noise schedule",
  neededBy: [],
  repo: SD15,
  path: "scheduler/scheduler_config.json",
  local: ["scheduler/scheduler_config.json"],
  licence: SD15_LICENCE,
  checkText: (text) => void parseSchedule(text, "the noise schedule"),
};

/** The files, in the order of use. */
export const PAPER_FILES: readonly PaperFile[] = [
  {
    role: "unet",
    part: "base U-Net",
    neededBy: ["generate", "reproduce"],
    repo: SD15,
    path: "unet/diffusion_pytorch_model.safetensors",
    local: weights("unet", "diffusion_pytorch_model"),
    licence: SD15_LICENCE,
    ...fits("unet", unetShapes(SD15_UNET)),
  },
  {
    role: "vae",
    part: "autoencoder",
    neededBy: ["generate", "reproduce"],
    repo: SD15,
    path: "vae/diffusion_pytorch_model.safetensors",
    local: weights("vae", "diffusion_pytorch_model"),
    licence: SD15_LICENCE,
    ...fits("vae", vaeShapes(SD15_VAE)),
  },
  {
    role: "text",
    part: "prompt encoder (CLIP ViT-L/14)",
    neededBy: ["generate", "reproduce"],
    repo: SD15,
    path: "text_encoder/model.safetensors",
    local: [...weights("text_encoder", "model"), "text_encoder/pytorch_model.bin"],
    licence: SD15_LICENCE,
    ...fits("text", textTowerShapes(VIT_L_TEXT, { projection: false })),
  },
  {
    role: "vocabulary",
    part: "tokenizer: vocabulary",
    neededBy: ["generate", "reproduce"],
    repo: SD15,
    path: "tokenizer/vocab.json",
    local: ["tokenizer/vocab.json"],
    licence: SD15_LICENCE,
    checkText: checkTokenizer("vocab"),
  },
  {
    role: "merges",
    part: "tokenizer: merges",
    neededBy: ["generate", "reproduce"],
    repo: SD15,
    path: "tokenizer/merges.txt",
    local: ["tokenizer/merges.txt"],
    licence: SD15_LICENCE,
    checkText: checkTokenizer("merges"),
  },
  SCHEDULER_FILE,
  {
    role: "vision",
    part: "image encoder (CLIP ViT-H/14)",
    neededBy: ["generate", "reproduce"],
    repo: IP_ADAPTER,
    path: "models/image_encoder/model.safetensors",
    local: [...weights("image_encoder", "model"), "image_encoder/pytorch_model.bin"],
    licence: "apache-2.0",
    ...fits("vision", visionTowerShapes(VIT_H_VISION)),
    bytes: 2_528_373_448,
  },
  {
    role: "plus",
    part: "IPAdapter+, the start of training",
    neededBy: ["generate", "reproduce"],
    repo: IP_ADAPTER,
    path: "models/ip-adapter-plus_sd15.safetensors",
    local: ["ip-adapter-plus_sd15.safetensors", "ip-adapter-plus_sd15.bin"],
    licence: "apache-2.0",
    sha256: "a1c250be40455cc61a43da1201ec3f1edaea71214865fb47f57927e06cbe4996",
    ...adapterFits(SD15_RESAMPLER),
    bytes: 98_183_288,
  },
  {
    role: "instruct",
    part: "IPAdapter-Instruct as released",
    neededBy: ["generate"],
    repo: "CiaraRowles/IP-Adapter-Instruct",
    path: "ip-adapter-instruct-sd15.bin",
    local: ["ip-adapter-instruct-sd15.safetensors", "ip-adapter-instruct-sd15.bin"],
    ...adapterFits(SD15_INSTRUCT_RELEASED),
  },
  {
    role: "instruction",
    part: "instruction encoder of the paper (CLIP ViT-H/14, text)",
    neededBy: ["reproduce"],
    repo: "laion/CLIP-ViT-H-14-laion2B-s32B-b79K",
    path: "model.safetensors",
    local: weights("instruction_encoder", "model"),
    ...fits("text", textTowerShapes(VIT_H_TEXT)),
    // The file holds both towers.
    bytes: 4 *
      (countParameters(textTowerShapes(VIT_H_TEXT)) + countParameters(visionTowerShapes(VIT_H_VISION))),
  },
  ...CONTROLNETS.map(controlnetFile),
];

/** The file of a role. */
export function paperFile(role: PaperRole): PaperFile {
  return PAPER_FILES.find((file) => file.role === role) as PaperFile;
}
