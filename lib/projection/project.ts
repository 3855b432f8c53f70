import { pca, pcaTransform } from "./pca.ts";
import { placeByNeighbours, type PlacementOptions } from "./placement.ts";
import type { Points } from "./points.ts";
import { layoutOf, type Projection, type ProjectionMethod } from "./projection.ts";
import { tsne, type TsneOptions } from "./tsne.ts";
import { tsneJs, type TsneJsOptions } from "./tsne_js.ts";
import { transformTsne, type TsneTransformOptions } from "./tsne_transform.ts";
import { umap, type UmapOptions } from "./umap.ts";

/** Methods a layout can be made by. */
export const PROJECTION_METHODS: readonly ProjectionMethod[] = ["tsne", "umap", "pca"];

/** A method and its options. */
export type ProjectOptions =
  | { readonly method: "tsne"; readonly engine?: "barnes-hut" } & TsneOptions
  | { readonly method: "tsne"; readonly engine: "tsne-js" } & TsneJsOptions
  | { readonly method: "umap" } & UmapOptions
  | { readonly method: "pca"; readonly dimensions?: number };

/**
 * Lays points out by the method asked for: `project(points, { method: "tsne", perplexity: 30, seed: 1 })`.
 *
 * @throws RangeError when an option is out of range, as the method's own function says.
 */
export async function project(points: Points, options: ProjectOptions): Promise<Projection> {
  switch (options.method) {
    case "tsne":
      return options.engine === "tsne-js" ? tsneJs(points, options) : await tsne(points, options);
    case "umap":
      return await umap(points, options);
    case "pca": {
      const { dimensions = 2 } = options;
      const model = await pca(points, { dimensions });
      return {
        method: "pca",
        engine: "principal-axes",
        count: points.count,
        dimensions,
        seed: 0,
        coordinates: Float32Array.from(pcaTransform(model, points)),
        quality: { explained: Math.min(1, model.explained.reduce((a, b) => a + b, 0)) },
      };
    }
    default:
      throw new RangeError(
        `project() knows the methods ${PROJECTION_METHODS.join(", ")}, got ${
          (options as { method: string }).method
        }`,
      );
  }
}

/**
 * Places new points on a layout that {@link project} made of `points` [new dimensions], row-major; nothing that is there moves. PCA's axes are
 * fitted again; keep a {@link pca} and use {@link pcaTransform} where that matters.
 *
 * @throws RangeError when sizes do not fit or an option is out of range.
 */
export async function placeOn(
  projection: Projection,
  points: Points,
  added: Points,
  options: PlacementOptions & TsneTransformOptions = {},
): Promise<Float32Array> {
  const map = { points, layout: layoutOf(projection) };
  switch (projection.method) {
    case "tsne":
      return await transformTsne(map, added, options);
    case "umap":
      return await placeByNeighbours(map, added, options);
    case "pca":
      return Float32Array.from(
        pcaTransform(await pca(points, { dimensions: projection.dimensions }), added),
      );
  }
}
