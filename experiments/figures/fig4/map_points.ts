/**
 * fig4's points.jsonl: every instruction and its place in three layouts, as few characters as a map needs. Places are whole numbers on a grid of
 * {@link GRID} cells in each direction, a third of a pixel of the figure: what lies between is lost.
 *
 *     {"tsne":{"low":[-91.4,-81.1],"step":[0.19,0.17]},"umap":…,"pca":…}    once: place = low + number · step
 *     {"task":"style","fixed":false}                                        of the lines that follow
 *     ["use the style of this image",512,31,7,998,400,401]                  text, then x and y in each layout
 */
import { UserError } from "../../../lib/engine/errors.ts";
import { PROJECTION_METHODS, type ProjectionMethod } from "../../../lib/projection/mod.ts";
import type { MapPoint } from "./instruction_space.ts";

/** Cells of the grid in each direction. */
export const GRID = 1000;

/** Where a layout's numbers begin and how far they are apart, x then y. */
interface Grid {
  readonly low: readonly [number, number];
  readonly step: readonly [number, number];
}

const AXES = [0, 1] as const;

function gridOf(points: readonly MapPoint[], method: ProjectionMethod): Grid {
  const ends = AXES.map((axis) => {
    const values = points.map((point) => point[method][axis]);
    const low = values.reduce((a, b) => Math.min(a, b), Infinity);
    const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
    return { low, step: high > low ? (high - low) / (GRID - 1) : 1 };
  }) as [{ low: number; step: number }, { low: number; step: number }];
  return { low: [ends[0].low, ends[1].low], step: [ends[0].step, ends[1].step] };
}

/** The file's content; points of a task stand together. */
export function formatMapPoints(points: readonly MapPoint[]): string {
  const grids = Object.fromEntries(
    PROJECTION_METHODS.map((method) => [method, gridOf(points, method)]),
  ) as Record<ProjectionMethod, Grid>;
  const lines: unknown[] = [grids];
  let heading = "";
  for (const point of points) {
    const group = { task: point.task, fixed: point.fixed };
    if (JSON.stringify(group) !== heading) lines.push(group);
    heading = JSON.stringify(group);
    lines.push([
      point.text,
      ...PROJECTION_METHODS.flatMap((method) =>
        AXES.map((axis) =>
          Math.round((point[method][axis] - grids[method].low[axis]) / grids[method].step[axis])
        )
      ),
    ]);
  }
  return lines.map((line) => JSON.stringify(line) + "\n").join("");
}

/** The points of a file. @throws UserError when it is of another layout. */
export function readMapPoints(content: string): MapPoint[] {
  const [head, ...lines] = content.split("\n").filter(Boolean).map((line) => JSON.parse(line) as unknown);
  const grids = head as Readonly<Record<ProjectionMethod, Grid>> | undefined;
  if (!PROJECTION_METHODS.every((method) => Array.isArray(grids?.[method]?.low))) {
    throw new UserError(
      `Reading fig4's points failed: expected the grids of ${
        PROJECTION_METHODS.join(", ")
      } in the first line, got ${content.slice(0, 40)}; run deno task reproduce fig4 again`,
    );
  }
  const points: MapPoint[] = [];
  let group: Pick<MapPoint, "task" | "fixed"> | undefined;
  for (const line of lines) {
    if (!Array.isArray(line)) {
      group = line as typeof group;
      continue;
    }
    if (group === undefined) {
      throw new UserError(
        "Reading fig4's points failed: expected a task before the first text, got none; run deno task reproduce fig4 again",
      );
    }
    const [text, ...places] = line as [string, ...number[]];
    const at = (method: ProjectionMethod) => {
      const place = PROJECTION_METHODS.indexOf(method);
      const { low, step } = (grids as Record<ProjectionMethod, Grid>)[method];
      return [
        low[0] + (places[2 * place] as number) * step[0],
        low[1] + (places[2 * place + 1] as number) * step[1],
      ] as const;
    };
    points.push({ ...group, text, tsne: at("tsne"), umap: at("umap"), pca: at("pca") });
  }
  return points;
}
