/** One condition, five instructions, five pictures: beside the condition and the picture that the prompt alone gives. */
import { imageGridPng } from "../../../lib/plots/image_grid.ts";
import {
  type ControlAnchor,
  type ControlSample,
  type FigureResult,
  INSTRUCTION_INK,
} from "../../../lib/report/mod.ts";
import { TASK_RECORDS } from "../../../lib/tasks/mod.ts";
import type { ControlPicture, ControlShows } from "../../setting/control_requests.ts";
import { modelLabel } from "./labels.ts";
import { COMMITTED } from "../uses/use_rows.ts";
import type { ControlContent } from "./statements.ts";

/** Enlargement of a picture: 128 pixels of 64. */
const ZOOM = 2;

/** What the sheet shows. */
export const CONTROL_SHEET: string =
  "Rows: a condition each, the first of their kind, those with a treatment before those without. All pictures of a row have the same prompt (T) and the " +
  "same noise; only the instruction (I) differs. An empty place: a scene has no face to take, a portrait no object. Pictures of 64 × 64 pixels, enlarged smoothly.";

/** The sheet as PNG. */
export async function controlSheet(
  result: FigureResult<ControlContent>,
  { samples, anchors, pictures }: {
    readonly samples: readonly ControlSample[];
    readonly anchors: readonly ControlAnchor[];
    readonly pictures: readonly ControlPicture[];
  },
): Promise<Uint8Array> {
  const conditions = pictures.filter(({ shows }) => shows === "condition");
  const shown = (pixels: Uint8Array) => {
    const side = Math.sqrt(pixels.length / 3);
    return { width: side, height: side, pixels };
  };
  const cell = (picture: ControlPicture | undefined, text?: string, colour?: string) => ({
    images: picture ? [shown(picture.pixels)] : [],
    captions: text === undefined ? [] : [{ text, ...(colour ? { colour } : {}) }],
  });
  return await imageGridPng({
    title: `${result.title}, ${result.scale} scale`,
    subtitle: `${modelLabel(result.content, COMMITTED)}. ${CONTROL_SHEET} ${result.caption}`,
    columns: ["Condition", "Prompt alone", ...TASK_RECORDS.map(({ title }) => title)],
    rows: conditions.map(({ kind, index, pixels }) => {
      const of = (shows: ControlShows) =>
        pictures.find((each) => each.kind === kind && each.index === index && each.shows === shows);
      const anchor = anchors.find((each) => each.kind === kind && each.index === index);
      if (anchor === undefined) {
        throw new RangeError(`The control sheet needs the prompt of ${kind} ${index}, got no anchor`);
      }
      return {
        name: kind,
        note: `condition ${index}`,
        cells: [
          { images: [shown(pixels)] },
          cell(of("prompt"), `T: ${anchor.prompt}`),
          ...TASK_RECORDS.map(({ id }) => {
            const sample = samples.find((each) =>
              each.kind === kind && each.index === index && each.task === id
            );
            return cell(of(id), sample && `I: ${sample.instruction}`, INSTRUCTION_INK);
          }),
        ],
      };
    }),
  }, { zoom: ZOOM, smooth: true });
}
