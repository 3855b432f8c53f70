/** Replication (Sec. 3.4; JourneyDB): pictures with their captions; the condition is the target. */
import { UserError } from "../../../lib/engine/mod.ts";
import { listed, type SourceListing } from "../sources/index_pictures.ts";
import { pickSeeded } from "../sources/pick_seeded.ts";
import { openSource } from "../sources/picture_source.ts";
import type { SourcePicture } from "../sources/source_picture.ts";
import { licenceIn } from "./notice.ts";
import {
  type BuildContext,
  type Candidate,
  erased,
  type PairBuilder,
  sideOf,
  type SourceNote,
} from "./pair_builder.ts";
import { decoded, storedWhole } from "./stored_picture.ts";

/** A picture that may become a pair. */
export interface PictureCandidate extends Candidate {
  readonly picture: SourcePicture;
}

/**
 * A seeded subset of a source's pictures that have captions, or can be given some.
 *
 * @param option what names the source, such as "--pictures".
 * @throws UserError when it holds no picture, or no caption where none can be had.
 */
export async function captionedPictures(
  { seed, most, values, captioner, report }: BuildContext,
  option: string,
  options: { readonly captions?: boolean } = {},
): Promise<{ candidates: PictureCandidate[]; listing: SourceListing; note: SourceNote }> {
  const { captions = true } = options;
  const source = openSource(values.get(option) as string, `--${option}`);
  const { pictures, listing } = listed(source, report);
  const usable = captions && captioner.identity === null;
  async function* wanted() {
    for await (const picture of pictures) {
      if (!usable || picture.caption !== undefined) yield picture;
      else report(picture.name, "it has no caption");
    }
  }
  const picked = await pickSeeded(wanted(), { seed, most, name: ({ name }) => name });
  const found = listing();
  if (found.pictures === 0) throw new UserError(`--${option} expects pictures, got none in ${source.path}`);
  if (usable && found.captioned === 0) {
    throw new UserError(
      `--${option} expects pictures with captions, got ${found.pictures} pictures and no caption in ${source.path}: --captions FILE or --llm URL --model NAME gives them`,
    );
  }
  return {
    candidates: picked.map((picture) => ({ id: picture.name, group: picture.file(), picture })),
    listing: found,
    note: {
      what: "pictures",
      path: source.path,
      holds: `${found.pictures} pictures, ${found.captioned} with captions`,
      ...licenceIn(source.path),
    },
  };
}

/** Pictures with captions. */
export const CAPTIONED_PICTURES: PairBuilder = {
  kind: "captioned",
  what: "pictures with captions, the condition being the target",
  options: [{ name: "pictures", value: "SOURCE", help: "pictures with captions" }],
  async open(context) {
    const { candidates, listing, note } = await captionedPictures(context, "pictures");
    const side = sideOf(context.fields, "condition");
    return erased<PictureCandidate>({
      identity: { pictures: { ...listing } },
      notes: [note],
      candidates,
      parallel: true,
      async make({ id, picture }) {
        const image = await decoded(await picture.read());
        const prompt = await context.captioner.caption(picture.name, image, picture.caption);
        return { pictures: { condition: await storedWhole(image, { side, name: id }) }, texts: { prompt } };
      },
      close: () => Promise.resolve(),
    });
  },
};
