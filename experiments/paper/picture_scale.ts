/** Pictures of the paper's scale: what the command line and notebooks take of it. */
import { existsSync } from "node:fs";
import { UserError } from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { type CollectOptions, collectPictures, type Generated } from "../pictures/generate_pictures.ts";
import { given, givenFile, numbersGiven, type OptionValues } from "../pictures/given_options.ts";
import type { PictureScale } from "../pictures/picture_scale.ts";
import { CHAIN_NUMBERS, type ChainNumberName } from "../pictures/settings.ts";
import { PAPER_HELP } from "./generate_help.ts";
import { PAPER_RECORDS, type PaperRecord } from "./paper_record.ts";
import { type PaperRequest, preparePaper } from "./prepare_pictures.ts";

function sizeOf(values: OptionValues): { width?: number; height?: number } {
  const text = values.get("size");
  if (text === undefined) return {};
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new UserError(`--size expects WxH such as 512x768, got "${text}"`);
  }
  return { width: Number(width), height: Number(height) };
}

/** The paper's scale. */
export const PAPER_PICTURES: PictureScale<PaperRequest, PaperRecord> = {
  records: PAPER_RECORDS,
  help: PAPER_HELP,
  options: { "size": "value", "models": "value", "instruct-guidance": "value", "image-guidance": "value" },
  repeatOptions: ["models"],
  asked: async ({ values }) => ({
    ...given(values, "models", "models"),
    ...await givenFile(values, "checkpoint", "adapter"),
    ...sizeOf(values),
    ...numbersGiven(values, Object.keys(CHAIN_NUMBERS) as ChainNumberName[]),
  }),
  adapterAgain({ weights }, asked) {
    const then = weights.adapter?.file;
    const adapter = asked ?? (then !== undefined && existsSync(then) ? then : undefined);
    return adapter === undefined ? {} : { adapter };
  },
  prepare: preparePaper,
  zoom: 1,
};

/**
 * Pictures at the paper's scale from a condition image, an instruction and a prompt.
 *
 * @param request.count how many, default 4; more begin with the same pictures.
 * @param options.progress called after each call of the denoiser.
 * @throws UserError in one sentence when the request cannot be met.
 */
export async function generatePaper(
  request: PaperRequest & { readonly count?: number },
  options: CollectOptions = {},
): Promise<Generated<PaperRecord> & { readonly image: RgbPicture }> {
  const { count, ...rest } = request;
  const made = await collectPictures(PAPER_PICTURES, rest, { ...options, count });
  // A request without a condition is refused at this scale.
  return { ...made, image: made.image as RgbPicture };
}
