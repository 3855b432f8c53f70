/** The autoencoder on held-out pictures: how much of them survives its 16×16×4 latents. */
import { type Bank, type Rgb, toModelImage } from "../../../lib/tasks/mod.ts";
import { loadVae } from "../../mini/frozen.ts";
import { latentDecoder, latentEncoder } from "../../mini/programs.ts";
import { meanScore } from "../bootstrap_score.ts";
import type { Bar, EvaluationContext, Measured } from "../measurement.ts";
import { type HeldOutItem, heldOutItems } from "../held_out.ts";

const BAR: Bar = { least: 28, items: 200 };

/** 10 log10(2² / MSE): images lie in [-1, 1], peak to peak 2. */
const decibels = (squared: number) => 10 * Math.log10(4 / squared);

/** Mean squared and mean absolute difference of two pictures, both in [-1, 1]. */
export function differences(one: Rgb, other: Rgb): { squared: number; absolute: number } {
  const [a, b] = [toModelImage(one), toModelImage(other)];
  let [squared, absolute] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    squared += difference * difference;
    absolute += Math.abs(difference);
  }
  return { squared: squared / a.length, absolute: absolute / a.length };
}

/** The first `count` held-out scenes, and half as many portraits, but two at least. */
export function scenesAndPortraits(bank: Bank, count: number): HeldOutItem[] {
  const found: { scenes: HeldOutItem[]; portraits: HeldOutItem[] } = { scenes: [], portraits: [] };
  const portraits = Math.max(2, Math.ceil(count / 2));
  for (const item of heldOutItems(bank)) {
    const [kind, most] = item.scene ? ["scenes", count] as const : ["portraits", portraits] as const;
    if (found[kind].length < most) found[kind].push(item);
    if (found.scenes.length === count && found.portraits.length === portraits) break;
  }
  return [...found.scenes, ...found.portraits];
}

/** How a PSNR is shown. */
const IN_DECIBELS = { unit: "dB", digits: 2 } as const;

/** Encodes and decodes held-out pictures. */
export async function measure({ bank, folder, items }: EvaluationContext): Promise<Measured> {
  const vae = await loadVae(folder);
  const [encoder, decoder] = [await latentEncoder(vae), await latentDecoder(vae)];
  const pictures = scenesAndPortraits(bank, items);
  const images = pictures.map(({ image }) => image);
  const latents = await encoder.run(images);
  const decoded = await decoder.run(latents);
  await encoder.dispose();
  await decoder.dispose();
  const rows = pictures.map(({ scene }, i) => ({
    scene: scene !== undefined,
    ...differences(images[i] as Rgb, decoded[i] as Rgb),
  }));
  const ofScenes = rows.filter(({ scene }) => scene);
  const ofPortraits = rows.filter(({ scene }) => !scene);
  const squared = (some: typeof rows) => [some.map((row) => row.squared)];
  const latentSquare = latents.flatMap((latent) => latent.reduce((sum, x) => sum + x * x / latent.length, 0));
  return {
    method:
      `${items} held-out scenes and ${ofPortraits.length} portraits, encoded to the mean of their latents and ` +
      "decoded, 8-bit images in [-1, 1] (peak to peak 2). The bars are on the PSNR of the mean squared error, over all scenes and over all portraits.",
    scores: [
      meanScore("PSNR of the mean squared error, scenes", squared(ofScenes), {
        of: decibels,
        ...IN_DECIBELS,
        bar: BAR,
      }),
      meanScore("mean of the scenes' PSNR", [ofScenes.map((row) => decibels(row.squared))], IN_DECIBELS),
      meanScore("L1, scenes", [ofScenes.map((row) => row.absolute)], { lowerIsBetter: true }),
      meanScore("PSNR of the mean squared error, portraits", squared(ofPortraits), {
        of: decibels,
        ...IN_DECIBELS,
        bar: BAR,
      }),
      meanScore("root mean square of the scaled latents (1 is wanted)", [latentSquare], { of: Math.sqrt }),
    ],
    gallery: {
      note: "held-out picture | reconstruction",
      items: pictures.map(({ caption }, i) => ({
        images: [images[i] as Rgb, decoded[i] as Rgb],
        caption: `${caption} (${decibels((rows[i] as typeof rows[number]).squared).toFixed(1)} dB)`,
      })),
    },
  };
}
