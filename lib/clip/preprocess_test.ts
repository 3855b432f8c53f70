import assert from "node:assert/strict";
import { readCase } from "../golden/mod.ts";
import {
  centreCrop,
  CLIP_PROCESSOR,
  type ImageProcessorConfig,
  preprocessImage,
  resizeShortestSide,
} from "./preprocess.ts";
import { resizeBicubic, type RgbImage } from "./resize.ts";

const golden = readCase("clip_image_processor");
const config = golden.config.processor as ImageProcessorConfig;

for (const [name, { shape, data }] of Object.entries(golden.inputs)) {
  Deno.test(`resizeShortestSide() and preprocessImage() give Pillow's bytes, ${name}`, () => {
    const [height, width] = shape as [number, number];
    const image: RgbImage = { data: Uint8Array.from(data), width, height };
    const which = name.replace("image.", "");
    const resized = resizeShortestSide(image, config.size.shortest_edge);
    const expected = golden.expected[`outputs.resized.${which}`]!;
    assert.deepEqual([resized.height, resized.width, 3], expected.shape);
    assert.deepEqual([...resized.data], [...expected.data]);
    const pixels = golden.expected[`outputs.pixel_values.${which}`]!;
    preprocessImage(image, config).forEach((x, i) => assert.ok(Math.abs(x - pixels.data[i]!) < 1e-5));
  });
}

Deno.test("resizeBicubic() keeps an even colour and refuses data of another size", () => {
  const grey = { data: new Uint8Array(7 * 5 * 3).fill(93), width: 7, height: 5 };
  assert.ok(resizeBicubic(grey, { width: 13, height: 2 }).data.every((x) => x === 93));
  assert.throws(
    () => resizeBicubic({ ...grey, width: 6 }, { width: 2, height: 2 }),
    /needs 90 bytes of RGB for 6×5, got 105/,
  );
});

Deno.test("centreCrop() pads with black when the image is smaller", () => {
  const white = { data: new Uint8Array(3).fill(255), width: 1, height: 1 };
  const { data } = centreCrop(white, { width: 3, height: 3 });
  assert.deepEqual([...data], Array.from({ length: 27 }, (_, i) => i >= 12 && i < 15 ? 255 : 0));
});

Deno.test("preprocessImage() refuses a step that is switched off", () => {
  const image = { data: new Uint8Array(12), width: 2, height: 2 };
  assert.throws(
    () => preprocessImage(image, { ...CLIP_PROCESSOR, do_center_crop: false } as ImageProcessorConfig),
    /do_center_crop/,
  );
});
