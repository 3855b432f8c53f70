/** What a training or validation item is, whatever its task. */
import sources from "../../data/sources.json" with { type: "json" };
import { sha256 } from "../hub/mod.ts";
import type { Box } from "../raster/mod.ts";
import type { Colour, Rgb } from "./canvas.ts";
import type { Split } from "./pools.ts";
import { loadPortraitBank, type PortraitBank } from "./portrait_bank.ts";
import type { PortraitSpec } from "./portrait_image.ts";
import type { CacheOptions } from "./pack_cache.ts";
import { CONTRAST_FLOOR, type DrawnScene, drawScene, objectContrast, type SceneSpec } from "./scene_image.ts";
import type { Treatment } from "./styles.ts";
import { loadSpriteBank, type SpriteBank } from "./sprite_bank.ts";

/** Raise when composition changes the pixels or words of an item. */
export const COMPOSER_VERSION = 3;

/** All artwork, in memory. */
export interface Bank {
  /** Objects. */
  readonly sprites: SpriteBank;
  /** Persons. */
  readonly portraits: PortraitBank;
  /** Names the data set: artwork and composer version, 16 hexadecimal digits. */
  readonly hash: string;
  /** True when every pixel of the artwork is as published in data/sources.json. */
  readonly reproduced: boolean;
}

/** Loads (at first use builds, some 15 s) the artwork of the mini data set. */
export async function loadBank(options: CacheOptions = {}): Promise<Bank> {
  const sprites = await loadSpriteBank(options);
  const portraits = await loadPortraitBank(options);
  const parts = JSON.stringify([sprites.pixelHash, portraits.pixelHash, COMPOSER_VERSION]);
  return {
    sprites,
    portraits,
    hash: sha256(new TextEncoder().encode(parts)).slice(0, 16),
    reproduced: sprites.pixelHash === sources.pixelHash.sprites &&
      portraits.pixelHash === sources.pixelHash.portraits,
  };
}

/** A scene with the place its object landed. */
export interface SceneTruth extends SceneSpec {
  /** The object's box, in pixels. */
  readonly box: Box;
}

/** An object cut from another picture and padded. */
export interface CropTruth {
  /** Tells a crop from a whole picture. */
  readonly kind: "crop";
  /** The picture it was cut from. */
  readonly of: SceneTruth;
  /** True when the background was cut away as well. */
  readonly cutOut: boolean;
  /** Mirrored against that picture. */
  readonly flip: boolean;
  /** Colour of the padding. */
  readonly ground: Colour;
}

/** What the generator knows about one picture. */
export type ImageTruth = SceneTruth | PortraitSpec | CropTruth;

/** One item, whatever its task. */
export interface Item {
  /** The pool it was drawn from. */
  readonly split: Split;
  /** Its number in that pool. */
  readonly index: number;
  /** The condition image, RGB bytes [64 64 3]. */
  readonly condition: Rgb;
  /** What the model should make of it. */
  readonly target: Rgb;
  /** The user's text prompt: describes the target, as far as the task lets it. */
  readonly prompt: string;
  /** What the condition shows; for the style task without words of style, since CLIP-S subtracts content. */
  readonly conditionCaption: string;
  /** Of tasks that name the object: what takes the place of the task's `objectWord` in the instruction. */
  readonly objectName?: string;
  /** What the generator knows, for scoring. */
  readonly truth: {
    readonly condition: ImageTruth;
    readonly target: ImageTruth;
  };
}

/** What one task's recipe gives. */
export type Draft = Omit<Item, "split" | "index">;

/** The truth of a scene. @throws RangeError for a portrait or a crop. */
export function sceneTruth(truth: ImageTruth): SceneTruth {
  if (truth.kind !== "scene") throw new RangeError(`Judging a picture needs a scene, got a ${truth.kind}`);
  return truth;
}

/** The truth of a portrait. @throws RangeError for a scene or a crop. */
export function portraitTruth(truth: ImageTruth): PortraitSpec {
  if (truth.kind !== "portrait") {
    throw new RangeError(`Judging a picture needs a portrait, got a ${truth.kind}`);
  }
  return truth;
}

/** Scene or portrait; a crop is of a scene. */
export const kindOf = ({ kind }: ImageTruth): "scene" | "portrait" => kind === "crop" ? "scene" : kind;

/** What was done to a picture. */
export function treatmentOf(truth: ImageTruth): Treatment {
  if (truth.kind === "crop") return truth.of.style.treatment;
  return truth.kind === "scene" ? truth.style.treatment : truth.treatment.treatment;
}

/** A scene whose object stands out, or undefined. */
export function drawVisible(bank: Bank, spec: SceneSpec): (DrawnScene & { truth: SceneTruth }) | undefined {
  const drawn = drawScene(bank.sprites, spec);
  if (objectContrast(drawn) < CONTRAST_FLOOR) return undefined;
  return { ...drawn, truth: { ...spec, box: drawn.box } };
}
