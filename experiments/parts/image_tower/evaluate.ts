/** The image towers of the joint encoder and the judge: do held-out scenes find their captions, and do the tokens say what an adapter may have to take? */
import { topOneHits } from "../../../lib/metrics/mod.ts";
import { type Bank, composePretrain, type Rgb, type SceneTruth } from "../../../lib/tasks/mod.ts";
import { loadVision } from "../../mini/frozen.ts";
import { imageEncoder, type ImageFeatures } from "../../mini/programs.ts";
import { meanScore } from "../bootstrap_score.ts";
import { textVectors } from "../text_vectors.ts";
import type { Measurement } from "../measurement.ts";
import { differentCaptions, distinctScenes, FIRST_PROBED, heldOutItems } from "../held_out.ts";
import { knownPersons, mapSearch, personProbeScores, personSearch } from "./person_probe.ts";
import { type ProbedScenes, sceneProbeScores } from "./scene_probe.ts";
import { sceneFacts } from "./scene_facts.ts";

/** Independent samples of candidates. */
const SAMPLES = 5;
/** Candidates of the harder search, in those of a sample: concepts come again in other places and styles. */
const HARDER = 10;
/** Scenes that the probes are fitted on and portraits of known persons, in candidates of a sample. */
const FITTED = 40;
const KNOWN = 32;

/** A scene in pixels with what the generator knows about it. */
interface Scene {
  readonly image: Rgb;
  readonly scene: SceneTruth;
}

/** Scenes of a stretch that no recipe and no other measurement reads. */
function scenesToFit(bank: Bank, count: number): Scene[] {
  return Array.from({ length: count }, (_, i) => {
    const { image, truth } = composePretrain(bank, FIRST_PROBED + i, { only: "scenes" });
    return { image, scene: truth as SceneTruth };
  });
}

/** Mean of the patches' tokens [1+patches hidden], the class token left out: [hidden]. */
function meanPatch(tokens: Float32Array, hidden: number): Float32Array {
  const patches = tokens.length / hidden - 1;
  return Float32Array.from({ length: hidden }, (_, d) => {
    let sum = 0;
    for (let at = hidden + d; at < tokens.length; at += hidden) sum += tokens[at]!;
    return sum / patches;
  });
}

/** Lets held-out scenes find their captions, and captions their scenes; reads scenes and persons off the tokens. */
export function imageTowerMeasure(name: "encoder" | "judge"): Measurement["measure"] {
  return async ({ bank, folder, items }) => {
    const vision = await loadVision(name, folder);
    const tower = await imageEncoder(vision);
    const stretch = heldOutItems(bank);
    const scenes = Array.from({ length: SAMPLES }, () => distinctScenes(stretch, items)).flat();
    const many = differentCaptions(stretch, HARDER * items);
    const seen = (all: readonly { readonly image: Rgb }[]) => tower.run(all.map(({ image }) => image));
    const read = (all: typeof scenes) => textVectors(all.map(({ caption }) => caption));
    const [images, texts] = [await seen(scenes), await read(scenes)];
    const [manyImages, manyTexts] = [await seen(many), await read(many)];
    const toFit = scenesToFit(bank, FITTED * items);
    const fitted = await seen(toFit);
    const persons = async (pictures: readonly Rgb[]) =>
      (await tower.run(pictures)).map(({ tokens }) => meanPatch(tokens, vision.config.hidden_size));
    const portraits = knownPersons(bank, KNOWN * items);
    const knownTokens = await persons(portraits.map(({ picture }) => picture));
    const search = await mapSearch(await personSearch(bank, items), persons);
    await tower.dispose();
    const probed = (of: readonly Scene[], features: readonly ImageFeatures[]): ProbedScenes => ({
      tokens: features.map(({ tokens }) => tokens),
      facts: of.map(({ image, scene }) => sceneFacts(bank.sprites, image, scene)),
    });
    const heldOut = many.map(({ image, scene }) => ({ image, scene: scene as SceneTruth }));
    const hits = (queries: readonly Float32Array[], candidates: readonly Float32Array[]) =>
      Array.from({ length: SAMPLES }, (_, sample) => {
        const [first, end] = [sample * items, (sample + 1) * items];
        return topOneHits(queries.slice(first, end), candidates.slice(first, end)).map(Number);
      });
    const embeddings = (features: readonly ImageFeatures[]) => features.map(({ embedding }) => embedding);
    return {
      method:
        `${SAMPLES} samples of ${items} held-out scenes of ${items} distinct concepts; a scene finds its caption among the sample's ` +
        `${items} by cosine with the frozen sentence encoder's vectors. Mean over all samples. Then ${
          HARDER * items
        } scenes whose captions differ, among all of them. Linear probes read what adapters read, the tokens of the last layer but one: ridge ` +
        `regression on all of an image's tokens after one another, fitted on ${toFit.length} other scenes and scored on those ${heldOut.length}. ` +
        "Position is the thing's centre and longer side, R² of the three together; hue is that of the mean colour of the thing's pixels, or of all " +
        "others, as the picture shows it, as a vector whose length is the chroma. The person probe reads the mean of an image's patch tokens: " +
        `fitted to tell the training persons in ${portraits.length} portraits, half of them treated, it compares by cosine what it gives for ` +
        `held-out persons: ${search.queries.length} queries each, half of them treated, find the person's one untreated portrait, which shows ` +
        "another view before another background, among those of all.",
      scores: [
        meanScore("image → caption top-1", hits(embeddings(images), texts), {
          bar: { least: 0.9, items: 100 },
        }),
        meanScore("caption → image top-1", hits(texts, embeddings(images))),
        meanScore(
          `image → caption top-1 among ${HARDER * items}`,
          [topOneHits(embeddings(manyImages), manyTexts).map(Number)],
          { bar: { least: 0.7, items: 100 } },
        ),
        ...await sceneProbeScores(probed(toFit, fitted), probed(heldOut, manyImages)),
        ...await personProbeScores(
          portraits.map(({ person }, i) => ({ picture: knownTokens[i]!, person })),
          search,
        ),
      ],
    };
  };
}
