/**
 * How much of a control condition a picture has, by what the generator knows: one oracle for each column of the control matrix. All are raw scores in
 * [0, 1], higher means more was taken; what they are without a condition and of the true targets is measured beside them.
 */
import type { Aspect } from "./aspects.ts";
import type { Rgb } from "./canvas.ts";
import { attributeAgreement, heldOutFaces, nearestIdentity } from "./oracle_face.ts";
import { layoutKept, layoutOracleOf } from "./oracle_layout.ts";
import { classifyStyle, styleOracleOf } from "./oracle_style.ts";
import { showsThing, type ThingTemplates, thingTemplates } from "./oracle_thing.ts";
import { type Bank, treatmentOf } from "./pair.ts";
import type { ControlItem } from "./shared_items.ts";

/** An oracle of a column. */
export interface ControlOracle {
  /** What the score says. */
  readonly definition: string;
  /** The score of a picture; undefined where the condition has nothing of the aspect. */
  readonly score: (bank: Bank, item: ControlItem, picture: Rgb) => number | undefined;
}

/** The fields of an oracle, read by name alone: then its printed definition is no part of the code that scores. */
export const CONTROL_ORACLE_FIELDS: Readonly<Record<keyof ControlOracle, true>> = {
  definition: true,
  score: true,
};

/** Mean absolute difference of two pictures' bytes, in [0, 255]. */
function pixelDifference(one: Rgb, other: Rgb): number {
  return one.reduce((sum, value, i) => sum + Math.abs(value - other[i]!), 0) / one.length;
}

const templates = new WeakMap<ControlItem, ThingTemplates>();

/** The drawings that an item's pictures are compared with, made once. */
function templatesOf(bank: Bank, item: ControlItem): ThingTemplates | undefined {
  const { truth: source, asked } = item;
  if (source.kind !== "scene" || asked.kind !== "scene") return undefined;
  const made = templates.get(item) ?? thingTemplates(bank, { source, asked });
  templates.set(item, made);
  return made;
}

/** The oracles by column. */
export const CONTROL_ORACLES: Readonly<Record<Aspect, ControlOracle>> = {
  everything: {
    definition: "1 less the mean difference of the pixels, black to white being 1",
    score: (_bank, { condition }, picture) => 1 - pixelDifference(picture, condition) / 255,
  },
  look: {
    definition:
      "1 where colour and edge statistics place the picture in the condition's treatment; of conditions that have one",
    score(bank, { truth, kind }, picture) {
      const treatment = treatmentOf(truth);
      if (treatment === "none") return undefined;
      return Number(classifyStyle(styleOracleOf(bank), picture, kind).treatment === treatment);
    },
  },
  thing: {
    definition:
      "1 where the condition's own drawing of its thing, in its colours, is nearer in pixels than drawings of the asked thing and of six others; of scenes",
    score(bank, item, picture) {
      const drawings = templatesOf(bank, item);
      return drawings && Number(showsThing(drawings, picture));
    },
  },
  layout: {
    definition:
      "share of what makes a layout (slot and horizon, or side and zoom) in which edges place the picture with the condition",
    score: (bank, { truth }, picture) => layoutKept(layoutOracleOf(bank), picture, truth),
  },
  person: {
    definition:
      "share of hair, hair colour, skin, beard, glasses and drawing family that the nearest held-out person has in common with the condition's; of portraits",
    score(bank, { truth, asked }, picture) {
      if (truth.kind !== "portrait" || asked.kind !== "portrait") return undefined;
      // Layout and background are the condition's or the asked ones, each by itself.
      const settings = [truth, asked].flatMap(({ layout }) =>
        [truth, asked].map(({ background }) => ({ layout, background }))
      );
      return attributeAgreement(nearestIdentity(heldOutFaces(bank), picture, ...settings), truth.identity);
    },
  },
};
