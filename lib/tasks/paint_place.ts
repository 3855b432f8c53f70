/** How a family paints a planned place: every border is drawn finer than the picture and reduced. */
import type { AreaPlan } from "./area_plan.ts";
import { newImage, type Rgb, SIZE } from "./canvas.ts";
import type { DrawingFamily } from "./families/family.ts";

/** Paints the areas in the family's manner, RGB bytes [64 64 3]. */
export function paintPlace(plan: AreaPlan, family: DrawingFamily): Rgb {
  const { areas, colours, side, scale } = plan;
  const { tone, ink, finish } = family;
  const tones = tone ? colours.map(tone) : colours;
  const inked = ink && inkOf(plan, ink.width);
  const image = newImage();
  const share = 1 / (scale * scale);
  for (let y = 0, o = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++, o += 3) {
      let r = 0, g = 0, b = 0;
      for (let dy = 0; dy < scale; dy++) {
        for (let dx = 0; dx < scale; dx++) {
          const p = (y * scale + dy) * side + x * scale + dx;
          const colour = inked?.[p] ? ink!.colour : tones[areas[p]!]!;
          r += colour[0];
          g += colour[1];
          b += colour[2];
        }
      }
      image[o] = r * share + 0.5;
      image[o + 1] = g * share + 0.5;
      image[o + 2] = b * share + 0.5;
    }
  }
  finish?.(image);
  return image;
}

/** 1 within a line of `width` pixels where two areas meet, [side side]. */
function inkOf({ areas, side }: AreaPlan, width: number): Uint8Array {
  const inked = new Uint8Array(areas.length);
  const [before, after] = [Math.ceil(width / 2) - 1, Math.floor(width / 2)];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const p = y * side + x;
      if (x + 1 < side && areas[p] !== areas[p + 1]) {
        inked.fill(1, p - Math.min(before, x), p + 1 + Math.min(after, side - 1 - x));
      }
      if (y + 1 < side && areas[p] !== areas[p + side]) {
        for (let d = -Math.min(before, y); d <= Math.min(after, side - 1 - y); d++) inked[p + d * side] = 1;
      }
    }
  }
  return inked;
}
