import { type ImageProcessorConfig, preprocessImage, resizeShortestSide } from "../../lib/clip/mod.ts";
import type { Values } from "../../lib/golden/mod.ts";
import type { CaseRunner } from "./case_runner.ts";

/** CLIP's image processor on every given image. Runs on bytes whatever the engine. */
export const imageProcessorCase: CaseRunner = (golden) => {
  const config = golden.config.processor as ImageProcessorConfig;
  const { width, height } = config.crop_size;
  const tensors: Record<string, Values> = {};
  for (const [name, { data, shape }] of Object.entries(golden.inputs)) {
    const [rows, columns] = shape as [number, number];
    const image = { data: Uint8Array.from(data), width: columns, height: rows };
    const which = name.slice("image.".length);
    const resized = resizeShortestSide(image, config.size.shortest_edge);
    tensors[`outputs.resized.${which}`] = {
      shape: [resized.height, resized.width, 3],
      data: Float32Array.from(resized.data),
    };
    tensors[`outputs.pixel_values.${which}`] = {
      shape: [3, height, width],
      data: preprocessImage(image, config),
    };
  }
  return Promise.resolve({ tensors });
};
