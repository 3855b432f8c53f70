/** The mini LoRAs: are pictures sampled in the family's manner without being asked so, and do they still show what the caption says? */
import { fold, key, normal, sizeOf } from "../../../lib/engine/mod.ts";
import { clipI, topOneHits } from "../../../lib/metrics/mod.ts";
import {
  buildStyleOracle,
  classifyStyle,
  drawScene,
  type Family,
  type Rgb,
  sceneCaption,
  type SceneTruth,
  STYLES,
} from "../../../lib/tasks/mod.ts";
import { latentShape } from "../../../lib/training/mod.ts";
import { baseWithLora } from "../../mini/base_additions.ts";
import { checkpointPath } from "../../mini/checkpoints.ts";
import { type BaseModel, loadBase, loadVae, loadVision } from "../../mini/frozen.ts";
import { createGenerator } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder } from "../../mini/programs.ts";
import { meanScore, shareScore } from "../bootstrap_score.ts";
import type { Measurement } from "../measurement.ts";
import { distinctScenes, heldOutItems } from "../held_out.ts";
import { textVectors } from "../text_vectors.ts";

const GUIDANCE = 4;
const STEPS = 30;
/** Pictures sampled at once. */
const BATCH = 16;

/** Generates held-out captions with the LoRA and without. */
export function loraMeasure(family: Family): Measurement["measure"] {
  return async ({ bank, folder, items }) => {
    const [base, vae] = [await loadBase(folder), await loadVae(folder)];
    const changed = await baseWithLora(base, checkpointPath(`lora-${family}`, folder), { scale: 1 });
    const style = STYLES.find((each) => each.family === family && each.treatment === "none");
    if (!style) throw new RangeError(`Measuring a LoRA needs a drawing family, got "${family}"`);
    const scenes = distinctScenes(heldOutItems(bank), items).map(({ index, scene }) => {
      const spec = { ...scene as SceneTruth, style: { ...style, hue: 0, strength: 1 } };
      return {
        index,
        plain: sceneCaption(spec),
        named: sceneCaption(spec, { style: true }),
        drawn: drawScene(bank.sprites, spec).image,
      };
    });
    const plain = scenes.map((scene) => scene.plain);
    const decoder = await latentDecoder(vae);
    const sample = async (model: BaseModel, captions: readonly string[]) => {
      const generator = await createGenerator({ base: model, batch: BATCH });
      const latents = await generator.generate(
        scenes.map(({ index }, i) => ({
          ids: base.tokenizer.encode([captions[i] as string]),
          noise: normal(fold(key("evaluate a lora"), index), sizeOf(latentShape(base.unet.config))),
        })),
        { steps: STEPS, guidance: GUIDANCE, sampler: "ddim" },
      );
      await generator.dispose();
      return await decoder.run(latents);
    };
    const rows = [
      ["LoRA", await sample(changed.base, plain)],
      ["base", await sample(base, plain)],
      ["base, family in the caption", await sample(base, scenes.map(({ named }) => named))],
      ["drawings of the family (ceiling)", scenes.map(({ drawn }) => drawn)],
    ] as const satisfies readonly (readonly [string, readonly Rgb[]])[];
    await decoder.dispose();
    const oracle = buildStyleOracle(bank);
    const texts = await textVectors(plain);
    const judge = await imageEncoder(await loadVision("judge", folder));
    const seen = new Map<string, Float32Array[]>();
    for (const [name, images] of rows) {
      seen.set(name, (await judge.run(images)).map(({ embedding }) => embedding));
    }
    await judge.dispose();
    const vectors = (name: string) => seen.get(name) as Float32Array[];
    const drawn = vectors(rows[3][0]);
    const recognised = (images: readonly Rgb[]) =>
      images.map((image) => Number(classifyStyle(oracle, image, "scene").family === family));
    const [lora, alone] = [rows[0][1], rows[1][1]];
    return {
      method:
        `One picture for each of ${items} held-out captions of ${items} distinct concepts that do not name a manner of drawing: DDIM, ` +
        `${STEPS} steps, guidance ${GUIDANCE}, the same noise for all. A statistic of colours and edges that knows every style by ` +
        `drawings of it recognises the family. CLIP-I by the judge is with the same scene drawn in the family "${family}". By the judge, a ` +
        `picture finds its caption among the ${items}.`,
      scores: [
        ...rows.map(([name, images]) =>
          meanScore(`share recognised as "${family}", ${name}`, [recognised(images)])
        ),
        shareScore(
          `recognised as "${family}", share of the ceiling`,
          { part: recognised(rows[0][1]), whole: recognised(rows[3][1]) },
          { bar: { least: 0.6, items: 100 } },
        ),
        ...rows.slice(0, 3).map(([name]) =>
          meanScore(`CLIP-I with the family's drawing, ${name}`, [
            vectors(name).map((vector, i) => clipI(vector, drawn[i] as Float32Array)),
          ])
        ),
        ...rows.map(([name]) =>
          meanScore(`picture → caption top-1, ${name}`, [topOneHits(vectors(name), texts).map(Number)])
        ),
      ],
      gallery: {
        note: "LoRA | base, same caption and noise | drawing of the family",
        items: scenes.map((scene, i) => ({
          images: [lora[i] as Rgb, alone[i] as Rgb, scene.drawn],
          caption: scene.plain,
        })),
      },
    };
  };
}
