/** One layout of the filtered training instructions and the fixed prompts. */
import type { Json } from "../../../lib/hub/mod.ts";
import { project, type ProjectionMethod } from "../../../lib/projection/mod.ts";
import type { StageContext, StageOutput } from "../../runner/mod.ts";
import { readEmbedded } from "./embedded.ts";

/** Which layout. */
export interface LayoutRequest {
  readonly [name: string]: Json;
  readonly method: ProjectionMethod;
  readonly seed: number;
}

/** Writes layout.f32, row-major [instructions, then fixed prompts; 2], and report.json. */
export async function layOut(
  { method, seed }: LayoutRequest,
  embedded: StageOutput,
  context: StageContext,
): Promise<void> {
  const { points } = (await readEmbedded(embedded))("filtered/train", "fixed");
  const { signal } = context;
  // A layout cannot be saved half done: stopping ends it at once and the next run starts it anew.
  const made = method === "tsne"
    ? await project(points, {
      method,
      seed,
      signal,
      onProgress: ({ iteration, iterations }) => context.progress(iteration, iterations, "iterations"),
    })
    : method === "umap"
    ? await project(points, {
      method,
      seed,
      signal,
      onProgress: ({ epoch, epochs }) => context.progress(epoch, epochs, "epochs"),
    })
    : await project(points, { method });
  const { coordinates, engine, quality } = made;
  context.write(
    "layout.f32",
    new Uint8Array(coordinates.buffer, coordinates.byteOffset, coordinates.byteLength),
  );
  context.write("report.json", JSON.stringify({ method, engine, quality }));
}
