/** Pictures of several models side by side: per task and item condition, target, and each model's picture with its words. */
import { imageGridPng } from "../../../lib/plots/image_grid.ts";
import { type FigureResult, INSTRUCTION_INK, sheetZoom } from "../../../lib/report/mod.ts";
import { useRow } from "./use_rows.ts";
import type { UseItem } from "./use_samples.ts";

/** The sheet as PNG; `rows` are the models, left to right; `silent` ones show no instruction, since their picture owes it nothing. */
export async function useSheet(
  result: FigureResult,
  rows: readonly string[],
  items: readonly { readonly task: string; readonly items: readonly UseItem[] }[],
  { silent = [] }: { readonly silent?: readonly string[] } = {},
): Promise<Uint8Array> {
  const picture = (pixels: Uint8Array) => {
    const side = Math.sqrt(pixels.length / 3);
    return { width: side, height: side, pixels };
  };
  const sides = items.flatMap(({ items }) =>
    items.flatMap(({ pictures }) => [...pictures.values()].map(({ side }) => side))
  );
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: `${result.caption} T: prompt, I: instruction.`,
    columns: ["Condition", "Target", ...rows.map((row) => useRow(row).label)],
    rows: items.flatMap(({ task, items }) =>
      items.map(({ index, samples, pictures }) => {
        const [any] = [...pictures.values()];
        const [sample] = [...samples.values()];
        return {
          name: task,
          note: `item ${index}`,
          cells: [
            {
              images: any ? [picture(any.condition)] : [],
              captions: [{ text: `T: ${sample?.prompt ?? ""}` }],
            },
            { images: any ? [picture(any.target)] : [] },
            ...rows.map((row, place) => {
              const found = pictures.get(row);
              const instruction = silent.includes(row) ? "" : samples.get(row)?.instruction ?? "";
              // Models with the same instruction stand side by side: the words once.
              const before = samples.get(rows[place - 1] ?? "")?.instruction;
              return {
                images: found ? [picture(found.output)] : [],
                captions: instruction === "" || instruction === before
                  ? []
                  : [{ text: `I: ${instruction}`, colour: INSTRUCTION_INK }],
              };
            }),
          ],
        };
      })
    ),
  }, { zoom: sheetZoom(Math.max(1, ...sides)) });
}
