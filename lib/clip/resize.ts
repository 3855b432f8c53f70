/**
 * Pillow's bicubic resize of 8-bit images, bit for bit: separable, horizontal pass first, kernel a = −0.5, widened by the scale when shrinking
 * (antialiasing), 22-bit fixed-point weights, rounded and clipped to 0..255 after each pass.
 */

/** An 8-bit RGB image, row-major [height width 3]. */
export interface RgbImage {
  /** height · width · 3 bytes. */
  readonly data: Uint8Array | Uint8ClampedArray;
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
}

/** Bits of a weight behind the point. */
const PRECISION = 32 - 8 - 2;

/** Keys' cubic convolution kernel with a = −0.5; support 2. */
function cubic(x: number): number {
  const a = -0.5, d = Math.abs(x);
  if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * a;
  return 0;
}

interface Taps {
  /** First source pixel. */
  readonly start: number;
  /** Fixed-point weights of the following pixels. */
  readonly weights: readonly number[];
}

/** Which source pixels make each target pixel along one axis. */
function taps(source: number, target: number): Taps[] {
  const scale = source / target;
  const widening = Math.max(scale, 1);
  const support = 2 * widening;
  return Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const end = Math.min(Math.trunc(centre + support + 0.5), source);
    const raw = Array.from({ length: end - start }, (_, j) => cubic((start + j - centre + 0.5) / widening));
    const total = raw.reduce((sum, x) => sum + x, 0);
    const weights = raw.map((x) => {
      const fixed = x / total * (1 << PRECISION);
      return Math.trunc(fixed + (fixed < 0 ? -0.5 : 0.5));
    });
    return { start, weights };
  });
}

/** One pass along an axis whose neighbouring pixels are `stride` numbers apart; `lines` are the other axis' offsets in and out. */
function pass(
  from: RgbImage["data"],
  to: Uint8Array,
  options: { taps: readonly Taps[]; stride: number; lines: number; inStep: number; outStep: number },
): void {
  const { taps, stride, lines, inStep, outStep } = options;
  for (let line = 0; line < lines; line++) {
    taps.forEach(({ start, weights }, i) => {
      for (let channel = 0; channel < 3; channel++) {
        let sum = 1 << (PRECISION - 1);
        let at = line * inStep + start * stride + channel;
        for (const weight of weights) {
          sum += weight * (from[at] as number);
          at += stride;
        }
        to[line * outStep + i * stride + channel] = Math.min(255, Math.max(0, sum >> PRECISION));
      }
    });
  }
}

/**
 * Resizes to exactly `width` × `height` pixels.
 *
 * @throws RangeError when a side is no whole number from 1, or the image's data has another size than it says.
 */
export function resizeBicubic(image: RgbImage, size: { width: number; height: number }): RgbImage {
  const { width, height } = size;
  if (![width, height, image.width, image.height].every((side) => Number.isInteger(side) && side >= 1)) {
    throw new RangeError(
      `resizeBicubic() needs whole sides from 1, got ${image.width}×${image.height} to ${width}×${height}`,
    );
  }
  if (image.data.length !== image.width * image.height * 3) {
    throw new RangeError(
      `resizeBicubic() needs ${
        image.width * image.height * 3
      } bytes of RGB for ${image.width}×${image.height}, got ${image.data.length}`,
    );
  }
  let data = image.data;
  if (width !== image.width) {
    const next = new Uint8Array(width * image.height * 3);
    const [inStep, outStep] = [image.width * 3, width * 3];
    pass(data, next, { taps: taps(image.width, width), stride: 3, lines: image.height, inStep, outStep });
    data = next;
  }
  if (height !== image.height) {
    const next = new Uint8Array(width * height * 3);
    pass(data, next, {
      taps: taps(image.height, height),
      stride: width * 3,
      lines: width,
      inStep: 3,
      outStep: 3,
    });
    data = next;
  }
  return { data, width, height };
}
