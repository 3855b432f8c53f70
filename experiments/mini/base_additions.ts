/** What may be put on top of the base model: a LoRA merged into its weights, a ControlNet beside it. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadStrict, type Shapes, UserError } from "../../lib/engine/mod.ts";
import { conditioningFactor, type ControlnetConfig, controlnetShapes } from "../../lib/diffusion/mod.ts";
import { CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";
import { FAMILIES, type Family } from "../../lib/tasks/mod.ts";
import { withLora } from "../../lib/pipeline/mod.ts";
import { headerObject, readWeights, type WeightFile } from "../pictures/weight_file.ts";
import { checkpointPath } from "./checkpoints.ts";
import type { BaseModel, Model } from "./frozen.ts";
import { contractingSizes } from "./models.ts";

/** Image sides per latent side at the mini scale. */
const FACTOR = 4;

/** The drawing family whose LoRA is committed; those of the others are there once pretrained. */
export const COMMITTED_LORA: Family = "comic";

/** Names that stand for files in data/checkpoints. */
const NAMED: Readonly<Record<"controlnet" | "lora", readonly string[]>> = {
  controlnet: CONTROLNETS.map(({ name }) => name),
  lora: FAMILIES,
};

/**
 * Where an addition lies: a name such as "scribble" finds the committed one, anything else is the file itself.
 *
 * @throws UserError when the named one was not trained yet.
 */
function additionFile(kind: "controlnet" | "lora", given: string | URL): string | URL {
  const name = NAMED[kind].find((each) => each === given);
  if (name === undefined) return given;
  const part = `${kind}-${name}`;
  const path = checkpointPath(part);
  if (existsSync(path)) return path;
  throw new UserError(
    `--${kind} ${given} needs data/checkpoints/${part}.safetensors, found none; make it with: deno task pretrain ${part}`,
  );
}

/** Reads an addition, under the name that it was asked for by. */
async function readAddition(kind: "controlnet" | "lora", given: string | URL): Promise<WeightFile> {
  const stored = await readWeights(
    additionFile(kind, given),
    kind === "lora" ? "the LoRA" : "the ControlNet",
  );
  return typeof given === "string" ? { ...stored, file: given } : stored;
}

/** The base that an addition says it was trained on: the checkpoint's SHA-256, 16 hexadecimal digits. */
export function trainedOn(stored: WeightFile): string | undefined {
  const base = headerObject(stored, "config")?.base;
  return typeof base === "string" ? base : undefined;
}

/**
 * The base with a LoRA, a file or the drawing family of a committed one.
 *
 * @throws UserError when keys or shapes do not belong to this base.
 */
export async function baseWithLora(
  base: BaseModel,
  file: string | URL,
  options: { scale: number },
): Promise<{ base: BaseModel; stored: WeightFile }> {
  const stored = await readAddition("lora", file);
  const place = additionFile("lora", file), path = place instanceof URL ? fileURLToPath(place) : place;
  return { stored, base: withLora(base, stored, { path, name: stored.file, ...options }) };
}

/**
 * A ControlNet whose configuration is the header's `config`.
 *
 * @throws UserError when it was made for another base model, or keys or shapes do not fit its configuration.
 */
export async function readControlnet(
  base: BaseModel,
  file: string | URL,
): Promise<{ controlnet: Model<ControlnetConfig>; stored: WeightFile }> {
  const stored = await readAddition("controlnet", file);
  const what = `Reading the ControlNet ${stored.file} failed`;
  const header = headerObject(stored, "config");
  const widths = header?.conditioning_embedding_out_channels;
  if (!Array.isArray(widths) || !widths.every((width) => Number.isInteger(width) && width > 0)) {
    throw new UserError(`${what}: expected a ControlNet's configuration in the header's "config", got none`);
  }
  for (const [field, expected] of Object.entries(contractingSizes(base.unet.config))) {
    const got = JSON.stringify(header?.[field]);
    if (got !== JSON.stringify(expected)) {
      throw new UserError(
        `${what}: expected ${field} ${JSON.stringify(expected)} as this base's U-Net, got ${got}`,
      );
    }
  }
  const config = header as unknown as ControlnetConfig;
  if (conditioningFactor(config) !== FACTOR || (config.conditioning_channels ?? 3) !== 3) {
    throw new UserError(
      `${what}: expected one for RGB images ${FACTOR} times the latents' side, got another`,
    );
  }
  for (const field of ["freq_shift", "norm_eps"]) {
    const value = header?.[field] ?? 0;
    if (!Number.isFinite(value)) {
      throw new UserError(`${what}: expected ${field} to be a number, got ${JSON.stringify(value)}`);
    }
  }
  let shapes: Shapes;
  try {
    shapes = controlnetShapes(config);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${what}: its configuration asks for what is not built: ${error.message}`);
  }
  const params = loadStrict(stored.tensors, shapes, { what: `the ControlNet ${stored.file}` });
  return { controlnet: { config, params }, stored };
}
