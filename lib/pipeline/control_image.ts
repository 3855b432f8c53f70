/** RGB bytes [height width 3] as a ControlNet is shown them: [3 height width] in [0, 1], flat. */
export function controlImage(pixels: Uint8Array): Float32Array {
  const plane = pixels.length / 3;
  return Float32Array.from(
    { length: 3 * plane },
    (_, i) => (pixels[3 * (i % plane) + Math.floor(i / plane)] as number) / 255,
  );
}
