/** The image towers of the joint encoder and the judge: do held-out scenes find their captions, and captions their scenes? */
import { topOneHits } from "../../../lib/metrics/mod.ts";
import { loadVision } from "../../mini/frozen.ts";
import { imageEncoder } from "../../mini/programs.ts";
import { meanScore } from "../bootstrap_score.ts";
import { textVectors } from "../text_vectors.ts";
import type { Measurement } from "../measurement.ts";
import { differentCaptions, distinctScenes, heldOutItems } from "../held_out.ts";

/** Independent samples of candidates. */
const SAMPLES = 5;
/** Candidates of the harder search, in those of a sample: concepts come again in other places and styles. */
const HARDER = 10;

/** Lets held-out scenes find their captions, and captions their scenes. */
export function imageTowerMeasure(name: "encoder" | "judge"): Measurement["measure"] {
  return async ({ bank, folder, items }) => {
    const tower = await imageEncoder(await loadVision(name, folder));
    const stretch = heldOutItems(bank);
    const scenes = Array.from({ length: SAMPLES }, () => distinctScenes(stretch, items)).flat();
    const many = differentCaptions(stretch, HARDER * items);
    const seen = async (all: typeof scenes) =>
      (await tower.run(all.map(({ image }) => image))).map(({ embedding }) => embedding);
    const read = (all: typeof scenes) => textVectors(all.map(({ caption }) => caption));
    const [images, texts] = [await seen(scenes), await read(scenes)];
    const [manyImages, manyTexts] = [await seen(many), await read(many)];
    await tower.dispose();
    const hits = (queries: readonly Float32Array[], candidates: readonly Float32Array[]) =>
      Array.from({ length: SAMPLES }, (_, sample) => {
        const [first, end] = [sample * items, (sample + 1) * items];
        return topOneHits(queries.slice(first, end), candidates.slice(first, end)).map(Number);
      });
    return {
      method:
        `${SAMPLES} samples of ${items} held-out scenes of ${items} distinct concepts; a scene finds its caption among the sample's ` +
        `${items} by cosine with the frozen sentence encoder's vectors. Mean over all samples. Then ${
          HARDER * items
        } scenes whose ` +
        "captions differ, among all of them.",
      scores: [
        meanScore("image → caption top-1", hits(images, texts), { bar: { least: 0.85, items: 100 } }),
        meanScore("caption → image top-1", hits(texts, images)),
        meanScore(
          `image → caption top-1 among ${HARDER * items}`,
          [topOneHits(manyImages, manyTexts).map(Number)],
          { bar: { least: 0.5, items: 100 } },
        ),
      ],
    };
  };
}
