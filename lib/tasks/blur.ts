/** A small blur of a whole picture. */
import { type Rgb, SIZE } from "./canvas.ts";

/** One [1 2 1] blur each way, in place; the outermost pixels stay. */
export function blur(image: Rgb): void {
  const row = SIZE * 3;
  const copy = image.slice();
  for (let y = 0; y < SIZE; y++) {
    for (let k = 3; k < row - 3; k++) {
      const i = y * row + k;
      image[i] = (copy[i - 3]! + 2 * copy[i]! + copy[i + 3]!) >> 2;
    }
  }
  copy.set(image);
  for (let i = row; i < image.length - row; i++) {
    image[i] = (copy[i - row]! + 2 * copy[i]! + copy[i + row]!) >> 2;
  }
}
