/** Stage: one model at one adapter scale on one task's held-out items, with Table 1's scores and what leaks from the condition. */
import type { MeasureUse } from "../setting/model_requests.ts";
import { generateAndScore } from "./generate_and_score.ts";
import { leakScores } from "./leak_scores.ts";

/** Generates, scores, and measures the leak of every picture. @throws RangeError for a scale without an adapter to scale. */
export const measureUse: MeasureUse = async (request, { dataset, adapter }, context) => {
  const { task, items, galleryItems, adapterScale, device, row } = request;
  if (adapter === undefined && adapterScale !== 1) {
    throw new RangeError(`Measuring ${row} needs an adapter scale of 1, got ${adapterScale}`);
  }
  const { samples, gallery } = await generateAndScore(
    { ...request, galleryItems: items },
    { dataset, adapter },
    context,
    { adapterScale },
  );
  const leaks = await leakScores(task, gallery, device);
  return {
    samples: samples.map((sample, i) => ({ ...sample, scores: { ...sample.scores, ...leaks[i] } })),
    gallery: gallery.slice(0, galleryItems),
  };
};
