/** Pictures of several models side by side: per task and item condition, target, and each model's picture with its words. */
import { imageGridPng } from "../../../lib/plots/image_grid.ts";
import { type FigureResult, INSTRUCTION_INK, sheetZoom } from "../../../lib/report/mod.ts";
import type { NamedRow } from "./use_rows.ts";
import type { UseItem } from "./use_samples.ts";

/**
 * The sheet as PNG; `rows` are the models, left to right; `silent` ones show no instruction, since their picture owes it nothing.
 *
 * @throws RangeError for an item without the picture of a row.
 */
export async function useSheet(
  result: FigureResult,
  rows: readonly NamedRow[],
  items: readonly { readonly task: string; readonly items: readonly UseItem[] }[],
  { silent = [] }: { readonly silent?: readonly string[] } = {},
): Promise<Uint8Array> {
  const picture = (pixels: Uint8Array) => {
    const side = Math.sqrt(pixels.length / 3);
    return { width: side, height: side, pixels };
  };
  const sides = items.flatMap(({ items }) =>
    items.flatMap(({ rows }) => [...rows.values()].map(({ picture: { side } }) => side))
  );
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: `${result.caption} T: prompt, I: instruction.`,
    columns: ["Condition", "Target", ...rows.map(({ label }) => label)],
    rows: items.flatMap(({ task, items }) =>
      items.map(({ index, condition, target, prompt, rows: pictured }) => ({
        name: task,
        note: `item ${index}`,
        cells: [
          { images: [picture(condition)], captions: [{ text: `T: ${prompt}` }] },
          { images: [picture(target)] },
          ...rows.map(({ row }, place) => {
            const found = pictured.get(row);
            if (found === undefined) {
              throw new RangeError(`A sheet of ${task} needs a picture of item ${index} by ${row}, got none`);
            }
            const instruction = silent.includes(row) ? "" : found.sample.instruction;
            // Models with the same instruction stand side by side: the words once.
            const before = pictured.get(rows[place - 1]?.row ?? "")?.sample.instruction;
            return {
              images: [picture(found.picture.output)],
              captions: instruction === "" || instruction === before
                ? []
                : [{ text: `I: ${instruction}`, colour: INSTRUCTION_INK }],
            };
          }),
        ],
      }))
    ),
  }, { zoom: sheetZoom(Math.max(1, ...sides)) });
}
