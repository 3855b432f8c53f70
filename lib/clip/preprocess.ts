/** From an 8-bit image to what a CLIP vision tower sees: transformers' CLIPImageProcessor with Pillow. */
import { resizeBicubic, type RgbImage } from "./resize.ts";

/** Fields of a preprocessor_config.json that are read; the steps' `do_…` switches must be on. */
export interface ImageProcessorConfig {
  /** The shorter side after resizing, in pixels. */
  readonly size: { readonly shortest_edge: number };
  /** The centre that is kept, in pixels. */
  readonly crop_size: { readonly height: number; readonly width: number };
  /** 3 is bicubic, the only one built. */
  readonly resample: number;
  /** 1/255 brings bytes to [0, 1]. */
  readonly rescale_factor: number;
  /** Per channel, subtracted after rescaling. */
  readonly image_mean: readonly number[];
  /** Per channel, divided by at last. */
  readonly image_std: readonly number[];
}

/** CLIP's processor for 224 px, that of ViT-L/14 and ViT-H/14. */
export const CLIP_PROCESSOR: ImageProcessorConfig = {
  size: { shortest_edge: 224 },
  crop_size: { height: 224, width: 224 },
  resample: 3,
  rescale_factor: 1 / 255,
  image_mean: [0.48145466, 0.4578275, 0.40821073],
  image_std: [0.26862954, 0.26130258, 0.27577711],
};

/** Resizes so that the shorter side has `side` pixels; the longer is rounded down. */
export function resizeShortestSide(image: RgbImage, side: number): RgbImage {
  const [short, long] = [Math.min(image.width, image.height), Math.max(image.width, image.height)];
  const other = Math.trunc(side * long / short);
  return resizeBicubic(
    image,
    image.width <= image.height ? { width: side, height: other } : { width: other, height: side },
  );
}

/** The middle of an image; offsets are rounded down, pixels outside are black. */
export function centreCrop(image: RgbImage, size: { width: number; height: number }): RgbImage {
  const left = Math.floor((image.width - size.width) / 2), top = Math.floor((image.height - size.height) / 2);
  const data = new Uint8Array(size.width * size.height * 3);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [fromX, fromY] = [x + left, y + top];
      if (fromX < 0 || fromY < 0 || fromX >= image.width || fromY >= image.height) continue;
      const from = (fromY * image.width + fromX) * 3;
      data.set(image.data.subarray(from, from + 3), (y * size.width + x) * 3);
    }
  }
  return { data, ...size };
}

/**
 * Pixel values [3 height width] of the crop: (x · rescale_factor − mean) / std per channel. A reference that is not square loses its ends, as
 * in every IP-Adapter tool.
 *
 * @throws RangeError when a step is switched off or the resampling is not bicubic.
 */
export function preprocessImage(
  image: RgbImage,
  config: ImageProcessorConfig = CLIP_PROCESSOR,
): Float32Array {
  for (const [field, value] of Object.entries(config)) {
    if (field.startsWith("do_") && value !== true) {
      throw new RangeError(`preprocessImage() needs ${field} = true, got ${value}`);
    }
  }
  if (config.resample !== 3) {
    throw new RangeError(`preprocessImage() needs resample 3 (bicubic), got ${config.resample}`);
  }
  const { width, height } = config.crop_size;
  const { data } = centreCrop(resizeShortestSide(image, config.size.shortest_edge), { width, height });
  const pixels = new Float32Array(3 * width * height);
  for (let channel = 0; channel < 3; channel++) {
    const mean = config.image_mean[channel] as number, std = config.image_std[channel] as number;
    for (let i = 0; i < width * height; i++) {
      pixels[channel * width * height + i] =
        ((data[3 * i + channel] as number) * config.rescale_factor - mean) / std;
    }
  }
  return pixels;
}
