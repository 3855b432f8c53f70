/** What a generation is asked to do, in numbers and words: ranges and defaults in one table, for options, programs and stored records. */
import { UserError } from "../../lib/engine/errors.ts";
import { DEFAULT_SAMPLER, SAMPLER_NAMES, type SamplerName } from "../../lib/diffusion/samplers/samplers.ts";
import { checkSampling } from "../../lib/diffusion/sample.ts";
import type { NoiseSchedule } from "../../lib/diffusion/noise_schedule.ts";
import type { OptionKind } from "../setting/command_line.ts";

/** Options of both scales. */
export const PICTURE_OPTIONS = {
  "image": "value",
  "instruct": "text",
  "prompt": "text",
  "negative": "text",
  "adapter-scale": "value",
  "guidance": "value",
  "steps": "value",
  "sampler": "value",
  "seed": "value",
  "count": "value",
  "fit": "value",
  "checkpoint": "value",
  "lora": "value",
  "lora-scale": "value",
  "controlnet": "value",
  "control": "value",
  "control-scale": "value",
  "repeat": "value",
  "json": "flag",
  "out": "value",
  "help": "flag",
} as const satisfies Record<string, OptionKind>;

/** Everything that determines the pictures beside the weights and the images. */
export interface GenerationSettings {
  /** What to take from the image; absent for IPAdapter+ and for the base model alone. */
  readonly instruction?: string;
  /** What the picture is to show; may be empty. */
  readonly prompt: string;
  /** What the unguided half is given in place of the empty text. */
  readonly negative: string;
  /** λ of the image attention (Sec. 3.5 advises 0.6 to 0.8). */
  readonly adapterScale: number;
  /** Guidance scale; 1 is the plain conditional prediction. */
  readonly guidance: number;
  readonly steps: number;
  readonly sampler: SamplerName;
  /** The initial noise of picture i depends on (seed, i) alone. */
  readonly seed: number;
  readonly loraScale: number;
  readonly controlScale: number;
}

/** A number's range and what it is when nothing is said. */
export interface NumberSetting {
  readonly low: number;
  readonly high: number;
  readonly initial: number;
  readonly whole?: boolean;
}

/** The numbers; `count` is how many pictures, no property of a picture. */
export const NUMBERS = {
  adapterScale: { low: 0, high: 2, initial: 0.7 },
  guidance: { low: 0, high: 30, initial: 5 },
  steps: { low: 1, high: 1000, initial: 30, whole: true },
  seed: { low: 0, high: 999_999_999, initial: 1, whole: true },
  count: { low: 1, high: 64, initial: 4, whole: true },
  loraScale: { low: -2, high: 2, initial: 1 },
  controlScale: { low: 0, high: 2, initial: 1 },
} as const satisfies Record<string, NumberSetting>;

/** Numbers of the paper's scale alone; where the first is absent guidance is ordinary. The values are those of the authors' code. */
export const CHAIN_NUMBERS = {
  instructGuidance: { low: 0, high: 30, initial: 6 },
  imageGuidance: { low: 0, high: 30, initial: 1 },
} as const satisfies Record<string, NumberSetting>;

/** Name of a number. */
export type NumberName = keyof typeof NUMBERS;

/** Name of a number of the paper's scale alone. */
export type ChainNumberName = keyof typeof CHAIN_NUMBERS;

/** "adapterScale" → "--adapter-scale". */
export function optionName(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** A number within its range, its default if absent. @throws UserError otherwise. */
export function numberSetting(name: NumberName | ChainNumberName, value: unknown): number {
  const { low, high, initial, whole = false }: NumberSetting = { ...NUMBERS, ...CHAIN_NUMBERS }[name];
  if (value === undefined) return initial;
  if (typeof value === "number" && value >= low && value <= high && (!whole || Number.isInteger(value))) {
    return value;
  }
  const kind = whole ? "a whole number" : "a number";
  throw new UserError(`${optionName(name)} expects ${kind} from ${low} to ${high}, got "${value}"`);
}

function textSetting(name: string, value: unknown): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  throw new UserError(`${optionName(name)} expects a text, got ${typeof value}`);
}

/** Settings with their defaults. @throws UserError naming the option that is out of range. */
export function checkSettings(given: Readonly<Record<string, unknown>>): GenerationSettings {
  const sampler = SAMPLER_NAMES.find((name) => name === (given.sampler ?? DEFAULT_SAMPLER));
  if (!sampler) {
    throw new UserError(`--sampler expects ${SAMPLER_NAMES.join(", ")}, got "${given.sampler}"`);
  }
  const instruction = textSetting("instruct", given.instruction).trim();
  return {
    ...(instruction ? { instruction } : {}),
    prompt: textSetting("prompt", given.prompt).trim(),
    negative: textSetting("negative", given.negative).trim(),
    adapterScale: numberSetting("adapterScale", given.adapterScale),
    guidance: numberSetting("guidance", given.guidance),
    steps: numberSetting("steps", given.steps),
    sampler,
    seed: numberSetting("seed", given.seed),
    loraScale: numberSetting("loraScale", given.loraScale),
    controlScale: numberSetting("controlScale", given.controlScale),
  };
}

/** Whether a noise schedule has room for the sampler's steps. @throws UserError otherwise. */
export async function checkSteps(
  schedule: NoiseSchedule,
  { steps, sampler }: Pick<GenerationSettings, "steps" | "sampler">,
): Promise<void> {
  try {
    await checkSampling({ schedule, steps, sampler });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `--steps ${steps} with --sampler ${sampler} does not suit the noise schedule: ${error.message}`,
    );
  }
}
