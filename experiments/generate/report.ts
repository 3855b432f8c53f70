/** What a generation leaves and says at the end: the sheet of its pictures, and a line or JSON for the user. Of both scales. */
import { basename, join } from "node:path";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { imageGridPng } from "../../lib/plots/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { duration } from "../../lib/notebook/duration.ts";
import type { CommandIo } from "./progress.ts";
import type { RecordOf } from "../pictures/record.ts";
import { generationSheet, pictureName, type SheetPicture } from "./sheet.ts";

/** What was sampled. */
export interface GenerationReport {
  /** Folder of the pictures. */
  readonly out: string;
  readonly json: boolean;
  readonly pictures: readonly SheetPicture[];
  readonly record: Pick<RecordOf<string, unknown, string>, "settings" | "weights" | "versions">;
  readonly image?: RgbPicture;
  readonly control?: RgbPicture;
  readonly notes: readonly string[];
  /** Words that the model does not know; absent where it knows parts of any word. */
  readonly unknownWords?: readonly string[];
  /** Whole factor of enlargement on the sheet. */
  readonly zoom: number;
  readonly seconds: number;
  /** Of a repetition, which gets no sheet. */
  readonly verdict?: { readonly identical: boolean; readonly text: string };
}

/** Renders the sheet, unless it is a repetition, and says what was done. */
export async function reportGeneration(report: GenerationReport, io: CommandIo): Promise<void> {
  const { out, json, pictures, record, image, control, notes, unknownWords, zoom, seconds, verdict } = report;
  const files = pictures.map(({ index }) => join(out, `${pictureName(index)}.png`));
  const grid = verdict ? undefined : join(out, "grid.png");
  if (grid) {
    const sheet = generationSheet({ pictures, ...(image ? { image } : {}), ...(control ? { control } : {}) });
    await atomicWrite(grid, await imageGridPng(sheet, { zoom }));
  }
  if (json) {
    const { settings, weights, versions } = record;
    const text = {
      files,
      ...(grid ? { grid } : {}),
      ...(verdict ? { identical: verdict.identical } : {}),
      settings,
      weights,
      versions,
      ...(unknownWords ? { unknownWords } : {}),
      notes,
      seconds,
    };
    return io.out(`${JSON.stringify(text, null, 2)}\n`);
  }
  const number = files.length === 1 ? "1 picture" : `${files.length} pictures`;
  io.out(
    `${number} in ${duration(seconds)}: ${files[0]}${
      files.length > 1 ? ` to ${basename(files.at(-1)!)}` : ""
    }\n`,
  );
  if (grid) io.out(`sheet: ${grid}\n`);
  if (verdict) io.out(`${verdict.text}\n`);
}
