/** What makes a manner of drawing: where its things come from, how it paints a place, and what it adds round a thing. */
import type { Colour, Rgb } from "../canvas.ts";

/** A manner of drawing. */
export interface DrawingFamily<Id extends string = string> {
  /** Lower-case word, unique. */
  readonly id: Id;
  /** How a caption names it. */
  readonly phrase: string;
  /** npm package of its drawings: an icon set of SVGs, or the one of WebP pictures. */
  readonly source: { readonly kind: "icons" | "webp"; readonly package: string };
  /** Families with nearly the same outlines. */
  readonly siblings?: readonly string[];
  /** Share of the untreated scenes in pre-training, of the sum of all families' shares. */
  readonly share: number;
  /** Treatments that leave nothing to recognise. */
  readonly unreadable: readonly string[];
  /** The colour it paints an area of the given colour in; as it is where absent. */
  readonly tone?: (colour: Colour) => Colour;
  /** The lines it draws where areas meet; their width in pixels of the plan. */
  readonly ink?: { readonly width: number; readonly colour: Colour };
  /** Changes the painted place, in place. */
  readonly finish?: (image: Rgb) => void;
  /** Width of the white rim round a thing, in pixels of the plan. */
  readonly rim?: number;
  /** Whether a thing throws a shadow. */
  readonly shadow?: boolean;
}
