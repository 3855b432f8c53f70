/** Stage: what {@link measureUse} measures, and how much of the condition's colours arrives: what the instruction "the colours only" should take. */
import { colourLikeness } from "../../lib/tasks/mod.ts";
import type { MeasureUse } from "../setting/model_requests.ts";
import { measureUse } from "./measure_use.ts";

/** Generates, scores, and adds `colours`: intersection of the colour histograms of picture and condition, in [0, 1]. */
export const measureColours: MeasureUse = async (request, inputs, context) => {
  const { samples, gallery } = await measureUse({ ...request, galleryItems: request.items }, inputs, context);
  return {
    samples: samples.map((sample, i) => {
      const { output, condition } = gallery[i] as (typeof gallery)[number];
      return { ...sample, scores: { ...sample.scores, colours: colourLikeness(output, condition) } };
    }),
    gallery: gallery.slice(0, request.galleryItems),
  };
};
