/** The mini ControlNets: does a picture keep the edges or the outline that it was asked to have? */
import { fold, key, normal, sizeOf } from "../../../lib/engine/mod.ts";
import { topOneHits } from "../../../lib/metrics/mod.ts";
import type { Controlled, Controlnet, ControlnetName } from "../../../lib/tasks/controlnets/mod.ts";
import { type Bank, composePair, type Rgb, type SceneTruth } from "../../../lib/tasks/mod.ts";
import { latentShape } from "../../../lib/training/mod.ts";
import { loadBase, loadControlnet, loadVae, loadVision } from "../../mini/frozen.ts";
import { controlImage, createGenerator, type Generator } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder, latentEncoder } from "../../mini/programs.ts";
import { meanScore } from "../bootstrap_score.ts";
import type { Measurement } from "../measurement.ts";
import { distinctScenes, heldOutItems } from "../held_out.ts";
import { textVectors } from "../text_vectors.ts";

const GUIDANCE = 4;
const STEPS = 30;
/** Pictures sampled at once. */
const BATCH = 16;

/** A held-out picture, what the ControlNet is shown of it, and how well another picture keeps that. */
interface Held extends Controlled {
  readonly index: number;
  readonly image: Rgb;
  readonly caption: string;
}

function heldPictures(bank: Bank, { controlled, measuredOn }: Controlnet, count: number): Held[] {
  if (measuredOn.from === "scenes") {
    return distinctScenes(heldOutItems(bank), count).map(({ index, image, caption, scene }) => ({
      index,
      image,
      caption,
      ...controlled(bank, { image, truth: scene as SceneTruth }),
    }));
  }
  return Array.from({ length: count }, (_, index) => {
    const { target: image, prompt: caption, truth } = composePair(bank, {
      task: "face",
      split: "val",
      index,
    });
    return { index, image, caption, ...controlled(bank, { image, truth: truth.target }) };
  });
}

/** Generates held-out pictures again from what a ControlNet is shown of them. */
export function controlnetMeasure(record: Controlnet<ControlnetName>): Measurement["measure"] {
  const { name, measure, measuredOn } = record;
  return async ({ bank, folder, items }) => {
    const [base, vae] = [await loadBase(folder), await loadVae(folder)];
    const pictures = heldPictures(bank, record, items);
    const truths = pictures.map(({ image }) => image);
    const [compressor, decoder] = [await latentEncoder(vae), await latentDecoder(vae)];
    const reconstructed = await decoder.run(await compressor.run(truths));
    await compressor.dispose();
    const sample = async (generator: Generator) => {
      const latents = await generator.generate(
        pictures.map(({ caption, control, index }) => ({
          ids: base.tokenizer.encode([caption]),
          control: controlImage(control),
          noise: normal(fold(key("evaluate a controlnet"), index), sizeOf(latentShape(base.unet.config))),
        })),
        { steps: STEPS, guidance: GUIDANCE, sampler: "ddim" },
      );
      await generator.dispose();
      return await decoder.run(latents);
    };
    const controlnet = await loadControlnet(name, folder);
    const controlled = await sample(await createGenerator({ base, batch: BATCH, controlnet }));
    const textAlone = await sample(await createGenerator({ base, batch: BATCH }));
    await decoder.dispose();
    const judge = await imageEncoder(await loadVision("judge", folder));
    const texts = await textVectors(pictures.map(({ caption }) => caption));
    const found = async (images: readonly Rgb[]) => {
      const seen = (await judge.run(images)).map(({ embedding }) => embedding);
      return [topOneHits(seen, texts).map(Number)];
    };
    const captions = {
      controlled: await found(controlled),
      textAlone: await found(textAlone),
      truths: await found(truths),
    };
    await judge.dispose();
    const agreement = (images: readonly Rgb[], shift = 0) => [
      images.map((image, i) => (pictures[(i + shift) % items] as Held).agreement(image)),
    ];
    return {
      method:
        `${items} ${measuredOn.what}. DDIM, ${STEPS} steps, guidance ${GUIDANCE}, with their captions. ${measure}: pixels matched within one pixel. ` +
        "The autoencoder's reconstruction of the pictures is the ceiling, the base with the same captions and noise the floor; other " +
        "pictures of the set show what chance gives. By the judge, pictures find their caption among all.",
      scores: [
        meanScore(`${measure}, ControlNet`, agreement(controlled), { bar: { least: 0.75, items: 100 } }),
        meanScore(`${measure}, text alone (floor)`, agreement(textAlone)),
        meanScore(`${measure}, through the autoencoder (ceiling)`, agreement(reconstructed)),
        meanScore(`${measure}, another picture (chance)`, agreement(truths, 1)),
        meanScore("picture → caption top-1, ControlNet", captions.controlled),
        meanScore("picture → caption top-1, text alone", captions.textAlone),
        meanScore("picture → caption top-1, the pictures themselves", captions.truths),
      ],
      gallery: {
        note: "condition | ControlNet | text alone | picture it was made of",
        items: pictures.map(({ control, image, caption }, i) => ({
          images: [control, controlled[i] as Rgb, textAlone[i] as Rgb, image],
          caption,
        })),
      },
    };
  };
}
