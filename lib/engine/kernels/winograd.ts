/**
 * 3×3 convolutions of small images by weights that change, in Winograd's form F(4×4, 3×3) (Lavin and Gray 2015, Fast Algorithms for Convolutional
 * Neural Networks): 36 products instead of 144 for 4×4 pixels, and as few for the filter gradient. Weights that stay have a faster way,
 * onnxruntime's blocked convolution.
 *
 * | symbol | shape | |
 * | ------ | ----- | --- |
 * | x, y   | [batch channel side side] | image, and its convolution w * x with a border of one pixel; side = 4t |
 * | B      | [6t side] | what the t tiles of a line need of it, each 6 numbers; rows ordered by number, then tile |
 * | A      | [6t side] | the other way: what the t tiles make of it |
 * | V, M   | [36 batch·t² channel] | x and y in tiles: V = (B ⊗ B) x, y = (A ⊗ A)ᵀ M |
 * | G      | [36 9] | kernels: U = G w, [36 out in] |
 *
 *     M = V Uᵀ,  and with ∂M = (A ⊗ A) ∂y:  ∂x = (B ⊗ B)ᵀ ∂M U,  ∂w = Gᵀ ∂Mᵀ V
 */
import type { GraphBuilder } from "../graph.ts";
import { host } from "../host_array.ts";
import { reshaped, transposed } from "./lowering.ts";
import { matMul } from "./mat_mul.ts";

/** Pixels of a tile's output in one direction; its input has two more. */
const TILE = 4;
/** Numbers of a tile in one direction. */
const POINTS = 6;
/** It was measured to gain for 4×4 to 16×16 pixels of 48 to 192 channels; longer lines cost more to transform, and fewer channels save less. */
const LONGEST = 16;
const FEWEST_CHANNELS = 32;
/** A kernel takes 36 numbers instead of 9: of more channels, or for fewer pixels, these are most of the work. */
const MOST_CHANNELS = 256, FEWEST_PIXELS = 256;

/** Of the interpolation points 0, ±1, ±2 and ∞. */
const INPUT = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
] as const;
const KERNEL = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
] as const;
const OUTPUT = [
  [1, 0, 0, 0],
  [1, 1, 1, 1],
  [1, -1, 1, -1],
  [1, 2, 4, 8],
  [1, -2, 4, -8],
  [0, 0, 0, 1],
] as const;

type Shape4 = readonly [number, number, number, number];

/** Whether a convolution of these shapes gains by it: stride 1, the image as large as before. */
export function gainsByWinograd(
  { image, weight, stride, pads }: {
    readonly image: readonly number[];
    readonly weight: readonly number[];
    readonly stride: number;
    readonly pads: readonly number[];
  },
): boolean {
  const [batch, , height, width] = image as Shape4;
  const [outputs, inputs, kh, kw] = weight as Shape4;
  return kh === 3 && kw === 3 && stride === 1 && pads.every((pad) => pad === 1) &&
    height === width && height % TILE === 0 && height <= LONGEST &&
    batch * height * width >= FEWEST_PIXELS &&
    Math.min(inputs, outputs) >= FEWEST_CHANNELS && Math.max(inputs, outputs) <= MOST_CHANNELS;
}

/** A named constant, made once. */
function matrix(
  graph: GraphBuilder,
  name: string,
  shape: readonly [number, number],
  entries: () => number[],
) {
  return graph.constants.has(name) ? name : graph.frozen(name, host(entries(), shape));
}

/** B or A for lines of this length: tile t reads pixels from 4t − 1 on, and makes those from 4t on. */
function lineMatrix(graph: GraphBuilder, which: "B" | "A", side: number): string {
  const tiles = side / TILE;
  const [rows, before] = which === "B" ? [INPUT, 1] as const : [OUTPUT, 0] as const;
  return matrix(
    graph,
    `Winograd ${which} ${side}`,
    [POINTS * tiles, side],
    () =>
      rows.flatMap((row) =>
        Array.from(
          { length: tiles },
          (_, tile) => Array.from({ length: side }, (_, pixel) => row[pixel - TILE * tile + before] ?? 0),
        ).flat()
      ),
  );
}

function kernelMatrix(graph: GraphBuilder): string {
  return matrix(
    graph,
    "Winograd G",
    [POINTS ** 2, 9],
    () => KERNEL.flatMap((row) => KERNEL.flatMap((column) => row.flatMap((a) => column.map((b) => a * b)))),
  );
}

/** a·b over the last two axes, one of them transposed or none. */
function product(graph: GraphBuilder, [a, b]: readonly [string, string], transposed?: "a" | "b"): string {
  return matMul(graph, { a, b }, {
    transposeA: transposed === "a",
    transposeB: transposed === "b",
  }) as string;
}

/** (L ⊗ L) image: an image [batch channel side side] in tiles [36 batch·t² channel]. */
function inTiles(graph: GraphBuilder, image: string, which: "B" | "A"): string {
  const [batch, channels, side] = graph.info(image).shape as Shape4;
  const tiles = side / TILE, points = POINTS * tiles;
  const line = lineMatrix(graph, which, side);
  const pixels = transposed(graph, image, [0, 2, 3, 1]);
  const wide = product(graph, [line, pixels]);
  const rows = reshaped(graph, wide, [batch, side, points * channels]);
  const both = product(graph, [line, rows]);
  const apart = reshaped(graph, both, [batch, POINTS, tiles, POINTS, tiles * channels]);
  const ordered = transposed(graph, apart, [1, 3, 0, 2, 4]);
  return reshaped(graph, ordered, [POINTS ** 2, batch * tiles ** 2, channels]);
}

/** (L ⊗ L)ᵀ tiles: the other way. */
function fromTiles(
  graph: GraphBuilder,
  tiled: string,
  { which, side }: { readonly which: "B" | "A"; readonly side: number },
): string {
  const [, count, channels] = graph.info(tiled).shape as [number, number, number];
  const tiles = side / TILE, points = POINTS * tiles, batch = count / tiles ** 2;
  const line = transposed(graph, lineMatrix(graph, which, side), [1, 0]);
  const ordered = reshaped(graph, tiled, [POINTS, POINTS, batch, tiles, tiles * channels]);
  const apart = transposed(graph, ordered, [2, 0, 3, 1, 4]);
  const both = reshaped(graph, apart, [batch, points, points * channels]);
  const rows = product(graph, [line, both]);
  const wide = reshaped(graph, rows, [batch, side, points, channels]);
  const pixels = product(graph, [line, wide]);
  return transposed(graph, pixels, [0, 3, 1, 2]);
}

/** G w: kernels [out in 3 3] as [36 out in]. */
function kernelPoints(graph: GraphBuilder, weight: string): string {
  const [outputs, inputs] = graph.info(weight).shape as Shape4;
  const taps = reshaped(graph, weight, [outputs * inputs, 9]);
  const points = product(graph, [kernelMatrix(graph), taps], "b");
  return reshaped(graph, points, [POINTS ** 2, outputs, inputs]);
}

/** w * x + bias. Kernels come before tiles: onnxruntime computes what was recorded last first, so all kernels of a model would wait for their images. */
export function winogradConvolution(
  graph: GraphBuilder,
  { x, weight, bias }: { readonly x: string; readonly weight: string; readonly bias: string | undefined },
): string {
  const [, , side] = graph.info(x).shape as Shape4;
  const [outputs] = graph.info(weight).shape as Shape4;
  const kernels = kernelPoints(graph, weight);
  const seen = inTiles(graph, x, "B");
  const made = product(graph, [seen, kernels], "b");
  const y = fromTiles(graph, made, { which: "A", side });
  if (bias === undefined) return y;
  return graph.emit("Add", [y, reshaped(graph, bias, [1, outputs, 1, 1])], graph.info(y));
}

/** ∂L/∂x. The kernels are transformed again, transposed: U would be kept from the first product to the last, four times the weights. */
export function winogradInputGradient(
  graph: GraphBuilder,
  { dy, weight }: { readonly dy: string; readonly weight: string },
): string {
  const [, , side] = graph.info(dy).shape as Shape4;
  const kernels = kernelPoints(graph, transposed(graph, weight, [1, 0, 2, 3]));
  const errors = inTiles(graph, dy, "A");
  const seen = product(graph, [errors, kernels], "b");
  return fromTiles(graph, seen, { which: "B", side });
}

/** ∂L/∂w [out in 3 3]. */
export function winogradFilterGradient(
  graph: GraphBuilder,
  { x, dy }: { readonly x: string; readonly dy: string },
): string {
  const [, inputs] = graph.info(x).shape as Shape4;
  const [, outputs] = graph.info(dy).shape as Shape4;
  const errors = inTiles(graph, dy, "A");
  const seen = inTiles(graph, x, "B");
  const points = product(graph, [errors, seen], "a");
  const flat = reshaped(graph, points, [POINTS ** 2, outputs * inputs]);
  const taps = product(graph, [flat, kernelMatrix(graph)], "a");
  return reshaped(graph, taps, [outputs, inputs, 3, 3]);
}
