/** Prompts for pictures: the source's own, those of a file, or a language model's that sees them. */
import { UserError } from "../../../lib/engine/mod.ts";
import { describePicture, type LanguageModel } from "../../../lib/instructions/mod.ts";
import { encodePng, onWhite, resample, type Rgba } from "../../../lib/raster/mod.ts";
import { stemOf } from "../sources/index_pictures.ts";
import { jsonElements } from "../sources/json_elements.ts";
import { objectLines } from "../sources/source_lines.ts";
import {
  BrokenPicture,
  CAPTION_FIELDS,
  PATH_FIELDS,
  type ReportBroken,
  textField,
} from "../sources/source_picture.ts";

/** Longest side of a picture that a language model is shown, in pixels. */
const SHOWN = 512;

/** Gives a picture its prompt. */
export interface Captioner {
  /** What besides the source's own captions there is; part of what determines a data set. */
  readonly identity: string | null;
  /** What of its own file cannot be used, where it is and why. */
  readonly broken: readonly { readonly place: string; readonly why: string }[];
  /** A picture's prompt. @throws BrokenPicture when there is none, UserError when the language model fails. */
  caption(name: string, picture: Rgba, own?: string): Promise<string>;
}

/** Captions by the pictures' names without folder and ending. */
async function captionFile(path: string, report: ReportBroken): Promise<ReadonlyMap<string, string>> {
  const captions = new Map<string, string>();
  const add = (name: string, caption: string) => {
    const stem = stemOf(name);
    if (!captions.has(stem)) captions.set(stem, caption);
  };
  if (path.endsWith(".json")) {
    const names = new Map<unknown, string>(), texts: [unknown, string][] = [];
    for await (const { list, value } of jsonElements(path)) {
      const name = textField(value, PATH_FIELDS), caption = textField(value, CAPTION_FIELDS);
      if (list === "images" && name !== undefined) names.set(value.id, name);
      if (list === "annotations" && caption !== undefined) texts.push([value.image_id, caption]);
    }
    for (const [id, caption] of texts) {
      const name = names.get(id);
      if (name !== undefined) add(name, caption);
    }
  } else {
    for await (const { place, given } of objectLines(path, report)) {
      const name = textField(given, PATH_FIELDS), caption = textField(given, CAPTION_FIELDS);
      if (name === undefined) report(place, "a line names no picture");
      else if (caption === undefined) report(place, "a line has no caption");
      else add(name, caption);
    }
  }
  if (captions.size === 0) {
    throw new UserError(
      `--captions expects lines like {"image":"a.jpg","caption":"…"}, or COCO's captions as .json, got none in ${path}`,
    );
  }
  return captions;
}

/**
 * Opens what gives prompts.
 *
 * @param options.file of captions, read first.
 * @param options.model asked for what neither source nor file has.
 * @throws UserError when the file holds none.
 */
export async function openCaptioner(
  { file, model }: { readonly file?: string; readonly model?: LanguageModel },
): Promise<Captioner> {
  const broken: { place: string; why: string }[] = [];
  const captions = file === undefined
    ? undefined
    : await captionFile(file, (place, why) => broken.push({ place, why }));
  const identity = [
    ...(captions ? [`a file of ${captions.size} captions`] : []),
    ...(model ? [model.model] : []),
  ].join(", then ");
  return {
    identity: identity === "" ? null : identity,
    broken,
    async caption(name, picture, own) {
      const known = captions?.get(stemOf(name)) ?? own;
      if (known !== undefined) return known;
      if (model === undefined) throw new BrokenPicture("it has no caption");
      const scale = Math.min(1, SHOWN / Math.max(picture.width, picture.height));
      const size = (length: number) => Math.max(1, Math.round(length * scale));
      const shown = onWhite(resample(picture, size(picture.width), size(picture.height)));
      return await describePicture(model, encodePng(shown), "image/png");
    },
  };
}
