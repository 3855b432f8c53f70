/** One view of one person before a coloured background, whole bust or zoomed in on the face. */
import { type Box, resample, type Rgba } from "../raster/mod.ts";
import { fold, key, stream } from "../engine/mod.ts";
import { newImage, type Rgb, SIZE } from "./canvas.ts";
import { overlay } from "./set_thing.ts";
import { PORTRAIT_SIZE, type PortraitBank } from "./portrait_bank.ts";
import { type Identity, persons, type View } from "./portraits.ts";
import type { StyleSample } from "./styles.ts";
import { treat } from "./treatments.ts";

/** Background colours by the word a caption uses. */
export const BACKGROUNDS = {
  blue: [126, 178, 240],
  green: [140, 206, 140],
  yellow: [248, 216, 112],
  pink: [248, 178, 200],
  purple: [184, 156, 226],
  orange: [246, 172, 112],
  gray: [178, 182, 190],
  white: [246, 246, 246],
} as const;
/** Word of a background colour. */
export type Background = keyof typeof BACKGROUNDS;

/** Side of the zoomed crop as a share of the portrait (paper, Sec. 3.4: half of the conditions are zoomed in). */
export const ZOOM = 0.62;

/** Where the person stands, and how near. */
export interface PortraitLayout {
  /** To the right by this share of the side, negative to the left. */
  readonly shift: number;
  /** Mirrored left and right. */
  readonly flip: boolean;
  /** Zoomed in on the face (62 % of the portrait). */
  readonly zoomed: boolean;
}

/** Everything that determines a portrait's pixels. */
export interface PortraitSpec {
  /** Tells a portrait from a scene or crop. */
  readonly kind: "portrait";
  /** Who is shown. */
  readonly identity: Identity;
  /** Expression, clothes and pose. */
  readonly view: View;
  /** Place of the view among the person's views. */
  readonly viewIndex: number;
  /** Word of the background colour. */
  readonly background: Background;
  /** Where the person stands in the picture. */
  readonly layout: PortraitLayout;
  /** Treatment only: a portrait's drawing family belongs to its identity. */
  readonly treatment: Pick<StyleSample, "treatment" | "hue" | "strength">;
  /** Fixes the shade of the background and the grain. */
  readonly grain: number;
}

/** The person and view at an index; throws RangeError outside. */
export function personView(identity: number, view: number): { identity: Identity; view: View } {
  const person = persons()[identity];
  const found = person?.views[view];
  if (!person || !found) {
    throw new RangeError(`personView() needs an existing identity and view, got ${identity}, ${view}`);
  }
  return { identity: person.identity, view: found };
}

/** The part of the stored portrait that fills the picture, in pixels of the stored one. */
export function portraitFrame({ zoomed }: Pick<PortraitLayout, "zoomed">): Box {
  const side = PORTRAIT_SIZE * (zoomed ? ZOOM : 1);
  return {
    left: (PORTRAIT_SIZE - side) / 2,
    top: zoomed ? (PORTRAIT_SIZE - side) * 0.42 : 0,
    width: side,
    height: side,
  };
}

/** The person alone, 64x64 premultiplied RGBA, before it is shifted. */
export function framedPortrait(
  bank: PortraitBank,
  { identity, viewIndex, layout }: Pick<PortraitSpec, "identity" | "viewIndex" | "layout">,
): Rgba {
  const from = portraitFrame(layout);
  return resample(bank.portrait(identity.id, viewIndex), SIZE, SIZE, { from, flip: layout.flip });
}

/** Pixels by which a layout shifts the person to the right. */
export const shiftOf = ({ shift }: PortraitLayout): number => Math.round(shift * SIZE);

/** Draws a portrait. */
export function drawPortrait(bank: PortraitBank, spec: PortraitSpec): Rgb {
  const image = newImage();
  const random = stream(fold(key("backdrop"), spec.grain));
  const colour = BACKGROUNDS[spec.background].map((value) => Math.min(255, value + random.int(-9, 9)));
  for (let i = 0; i < image.length; i++) image[i] = colour[i % 3]!;
  overlay(image, framedPortrait(bank, spec), shiftOf(spec.layout), 0);
  return treat(image, spec.treatment, spec.grain);
}
