/** What a picture of the paper's scale says of itself, and the hashes of the weights it was made with. */
import { UserError } from "../../lib/engine/mod.ts";
import { contentHash } from "../../lib/hub/mod.ts";
import type { ChainScales } from "../../lib/pipeline/mod.ts";
import { type RecordedFile, type RecordKind, type RecordOf } from "../pictures/record.ts";
import { checkSettings, numberSetting } from "../pictures/settings.ts";
import { namedHash } from "./file_hashes.ts";
import type { PaperSettings } from "./pipeline_models.ts";
import type { PaperModels } from "./paper_models.ts";

/** Names of weights in a record. */
const PAPER_WEIGHT_NAMES = [
  "unet",
  "vae",
  "text",
  "vision",
  "adapter",
  "instruction",
  "controlnet",
  "lora",
] as const;

/** Name of a file of weights. */
export type PaperWeightName = (typeof PAPER_WEIGHT_NAMES)[number];

/** Everything that determines one picture. Its `image` is the condition as the encoder saw it. */
export type PaperRecord = RecordOf<"paper", PaperSettings, PaperWeightName>;

/** Longest side of a picture, in pixels. */
const MOST = 4096;

/** Both scales of the chain, or none. @throws UserError for one out of range, or the image's without the instruction's. */
function chainScales(given: Readonly<Record<string, unknown>>): ChainScales {
  const { instructGuidance, imageGuidance } = given;
  if (instructGuidance === undefined) {
    if (imageGuidance === undefined) return {};
    throw new UserError("--image-guidance goes with --instruct-guidance, got only the first");
  }
  return {
    instructGuidance: numberSetting("instructGuidance", instructGuidance),
    imageGuidance: numberSetting("imageGuidance", imageGuidance),
  };
}

/**
 * Settings with their defaults.
 *
 * @throws UserError naming the option that is out of range.
 */
export function checkPaperSettings(given: Readonly<Record<string, unknown>>): PaperSettings {
  const { width = 512, height = 512 } = given;
  const sound = (side: unknown): side is number =>
    Number.isInteger(side) && (side as number) >= 8 && (side as number) <= MOST;
  if (!sound(width) || !sound(height)) {
    throw new UserError(`--size expects WxH with sides from 8 to ${MOST}, got ${width}x${height}`);
  }
  return { ...checkSettings(given), ...chainScales(given), width, height };
}

/** The paper scale's records, for {@link readRecordOf}. */
export const PAPER_RECORDS: RecordKind<"paper", PaperSettings, PaperWeightName> = {
  scale: "paper",
  names: PAPER_WEIGHT_NAMES,
  settings: checkPaperSettings,
};

/** SHA-256 of a file's content, 16 digits. A file in the hub's cache is named by it, which spares reading gigabytes. */
function weightHash(path: string): string {
  return (namedHash(path) ?? contentHash(path, 64)).slice(0, 16);
}

/** Files and hashes of all weights in use. Reads every file that is not in the hub's cache. */
export function recordedWeights(models: Partial<PaperModels>, lora?: string): PaperRecord["weights"] {
  const found: Partial<Record<PaperWeightName, RecordedFile>> = {};
  for (const name of PAPER_WEIGHT_NAMES) {
    const file = name === "lora" ? lora : models[name]?.file;
    if (file !== undefined) found[name] = { file, sha256: weightHash(file) };
  }
  return found;
}
