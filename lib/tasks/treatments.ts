/** The ten treatments: functions of the finished picture. */
import { type Colour, luminance, newImage, type Rgb, SIZE } from "./canvas.ts";
import { sobel } from "./edges.ts";
import { blur } from "./blur.ts";
import type { StyleSample, Treatment } from "./styles.ts";

/** Dark and light end of each two-colour print. */
const DUOTONES: Partial<Record<Treatment, readonly [Colour, Colour]>> = {
  sepia: [[44, 26, 12], [250, 234, 198]],
  cyanotype: [[6, 32, 92], [236, 246, 255]],
  ember: [[92, 10, 58], [255, 208, 112]],
  matcha: [[26, 56, 30], [228, 242, 190]],
};

/** Applies the treatment of a style; `seed` fixes the grain. The input is left as it is. */
export function treat(
  image: Rgb,
  style: Pick<StyleSample, "treatment" | "hue" | "strength">,
  seed: number,
): Rgb {
  switch (style.treatment) {
    case "none":
      return image;
    case "neon":
      return neon(image, style.hue, style.strength);
    case "pencil":
      return pencil(image, style.strength);
    case "pixel":
      return pixelate(image);
    case "pastel":
      return image.map((value) => 255 - (255 - value) * (1.25 - 0.75 * style.strength));
    case "watercolor":
      return watercolor(image, style.strength, seed);
    case "negative":
      return image.map((value) => 255 - value);
    default: {
      const [dark, light] = DUOTONES[style.treatment]!;
      return duotone(image, rotateHue(dark, style.hue), rotateHue(light, style.hue), style.strength);
    }
  }
}

/** Turns a colour by degrees about the grey axis (YIQ rotation), clipped to bytes. */
function rotateHue([r, g, b]: Colour, degrees: number): Colour {
  const m = hueMatrix(degrees);
  const channel = (row: number): number =>
    Math.min(255, Math.max(0, m[row * 3]! * r + m[row * 3 + 1]! * g + m[row * 3 + 2]! * b));
  return [channel(0), channel(1), channel(2)];
}

/** The 3x3 matrix of that rotation, row by row. */
export function hueMatrix(degrees: number): readonly number[] {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    0.299 + 0.701 * c + 0.168 * s,
    0.587 - 0.587 * c + 0.33 * s,
    0.114 - 0.114 * c - 0.497 * s,
    0.299 - 0.299 * c - 0.328 * s,
    0.587 + 0.413 * c + 0.035 * s,
    0.114 - 0.114 * c + 0.292 * s,
    0.299 - 0.3 * c + 1.25 * s,
    0.587 - 0.588 * c - 1.05 * s,
    0.114 + 0.886 * c - 0.203 * s,
  ];
}

/** Brightness after auto-levels (2nd to 98th percentile) mapped between two colours. */
function duotone(image: Rgb, dark: Colour, light: Colour, strength: number): Rgb {
  const grey = new Float32Array(SIZE * SIZE);
  const bins = new Uint32Array(256);
  for (let p = 0, i = 0; p < grey.length; p++, i += 3) {
    grey[p] = luminance(image[i]!, image[i + 1]!, image[i + 2]!);
    bins[Math.floor(grey[p]!)]!++;
  }
  const [low, high] = [percentile(bins, 0.02), percentile(bins, 0.98)];
  const scale = 1 / Math.max(high - low, 24);
  const result = newImage();
  for (let p = 0, i = 0; p < grey.length; p++) {
    const t = Math.min(1, Math.max(0, (grey[p]! - low) * scale));
    for (let c = 0; c < 3; c++, i++) {
      const tone = dark[c]! + (light[c]! - dark[c]!) * t;
      result[i] = image[i]! + (tone - image[i]!) * strength;
    }
  }
  return result;
}

function percentile(bins: Uint32Array, share: number): number {
  let count = 0;
  for (let value = 0; value < bins.length; value++) {
    count += bins[value]!;
    if (count >= share * SIZE * SIZE) return value;
  }
  return bins.length - 1;
}

/** Edges glow in a strengthened version of their own colour on near-black. */
function neon(image: Rgb, hue: number, strength: number): Rgb {
  const edges = sobel(image);
  const result = newImage();
  const matrix = hueMatrix(hue);
  for (let p = 0, i = 0; p < edges.length; p++, i += 3) {
    const glow = Math.min(1, (edges[p]! / 330) * strength);
    const [r, g, b] = [image[i]!, image[i + 1]!, image[i + 2]!];
    const top = Math.max(r, g, b, 1), bottom = Math.min(r, g, b);
    for (let c = 0; c < 3; c++) {
      const turned = matrix[c * 3]! * r + matrix[c * 3 + 1]! * g + matrix[c * 3 + 2]! * b;
      const vivid = 60 + 195 * Math.min(1, Math.max(0, (turned - bottom * 0.8) / (top - bottom * 0.8)));
      result[i + c] = NIGHT[c]! + (vivid - NIGHT[c]!) * glow;
    }
  }
  return result;
}

const NIGHT: Colour = [14, 10, 26];

/** Grey strokes on white where the picture changes, a light shade elsewhere. */
function pencil(image: Rgb, strength: number): Rgb {
  const edges = sobel(image);
  const result = newImage();
  for (let p = 0, i = 0; p < edges.length; p++, i += 3) {
    const stroke = Math.min(1, edges[p]! / 300) * 205 * strength;
    const shade = (255 - luminance(image[i]!, image[i + 1]!, image[i + 2]!)) * 0.3;
    result.fill(Math.max(22, 252 - stroke - shade), i, i + 3);
  }
  return result;
}

/** 16x16 blocks of 4x4 pixels, each channel one of 4 levels. */
function pixelate(image: Rgb): Rgb {
  const result = newImage();
  const block = SIZE / 16;
  for (let by = 0; by < SIZE; by += block) {
    for (let bx = 0; bx < SIZE; bx += block) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let y = by; y < by + block; y++) {
          for (let x = bx; x < bx + block; x++) sum += image[(y * SIZE + x) * 3 + c]!;
        }
        const level = Math.round((sum / (block * block)) / 85) * 85;
        for (let y = by; y < by + block; y++) {
          for (let x = bx; x < bx + block; x++) result[(y * SIZE + x) * 3 + c] = level;
        }
      }
    }
  }
  return result;
}

/** Lightened washes on paper, twice blurred, darker where a wash ends; the paper's grain is a soft one, so that few numbers can tell it. */
function watercolor(image: Rgb, strength: number, seed: number): Rgb {
  const edges = sobel(image);
  const result = image.slice();
  blur(result);
  blur(result);
  const grain = paper(seed);
  for (let p = 0, i = 0; p < edges.length; p++, i += 3) {
    const change = (grain[p]! * 22 - Math.min(1, edges[p]! / 500) * 46) * strength;
    for (let c = 0; c < 3; c++) {
      result[i + c] = Math.min(255, Math.max(0, result[i + c]! * 0.8 + 50 + change));
    }
  }
  return result;
}

/** Smooth noise in [-1, 1]: random values on a grid of eight pixels, interpolated. */
function paper(seed: number): Float32Array {
  const [cell, side] = [8, SIZE / 8 + 1];
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x51ed270b) | 0;
  const grid = Float32Array.from({ length: side * side }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return ((state >>> 16) / 65536) * 2 - 1;
  });
  const result = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < SIZE; y++) {
    const [row, v] = [Math.floor(y / cell), (y % cell) / cell];
    for (let x = 0; x < SIZE; x++) {
      const [i, u] = [row * side + Math.floor(x / cell), (x % cell) / cell];
      result[y * SIZE + x] = (1 - v) * ((1 - u) * grid[i]! + u * grid[i + 1]!) +
        v * ((1 - u) * grid[i + side]! + u * grid[i + side + 1]!);
    }
  }
  return result;
}
