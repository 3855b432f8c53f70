/** Pairs of every task in the layout that `deno task data check` reads, of a few coloured shapes: for trying what reads them. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodePng } from "../../lib/raster/mod.ts";
import { TASK_RECORDS } from "../../lib/tasks/mod.ts";
import { tinyScene } from "./tiny_pictures.ts";

/** How many pairs of each split, and the sides of their pictures in pixels. */
export interface TinyPairs {
  readonly train: number;
  readonly val: number;
  readonly sides?: { readonly width: number; readonly height: number };
}

/** Writes a folder for each task, with all fields. */
export function writeTinyPairs(data: string, { train, val, sides }: TinyPairs): void {
  for (const { id, dataset: { fields } } of TASK_RECORDS) {
    const folder = join(data, id);
    mkdirSync(folder, { recursive: true });
    for (const [split, count] of Object.entries({ train, val })) {
      const lines = Array.from(
        { length: count },
        (_, i) =>
          JSON.stringify(Object.fromEntries(fields.map(({ name, kind }) => {
            const place = `${split} ${name} ${i}`;
            if (kind === "text") return [name, place];
            const file = `${place.replaceAll(" ", "-")}.png`;
            writeFileSync(join(folder, file), encodePng(tinyScene(`${id} ${place}`, sides).picture));
            return [name, file];
          }))),
      );
      writeFileSync(join(folder, `${split}.jsonl`), lines.join("\n"));
    }
  }
}
