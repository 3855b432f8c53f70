/**
 * Structural preservation (Sec. 3.4; CommonCanvas): the condition is a picture; the target is what the scribble ControlNet generates from its Canny edges
 * with its own caption. Both are the middle square.
 */
import { cannyEdges, fitPicture } from "../../../lib/raster/mod.ts";
import { BrokenPicture } from "../sources/source_picture.ts";
import { captionedPictures, type PictureCandidate } from "./captioned_pictures.ts";
import { erased, type PairBuilder, sideOf } from "./pair_builder.ts";
import { decoded, stored, storedSquare } from "./stored_picture.ts";
import { targetModels, targetOptions } from "./target_models.ts";

const DEFAULTS = { guidance: 7.5, strength: 1 };

/** Pictures and what a ControlNet makes of their edges. */
export const SCRIBBLED_EDGES: PairBuilder = {
  kind: "edges",
  what: "pictures with captions, and what the scribble ControlNet generates from their edges",
  options: [
    { name: "pictures", value: "SOURCE", help: "pictures with captions" },
    ...targetOptions(DEFAULTS),
  ],
  async open(context) {
    const { candidates, listing, note } = await captionedPictures(context, "pictures");
    const { seed, values, fields, captioner } = context;
    const { maker, side, identity, notes } = await targetModels(values, {
      kind: "scribble",
      seed,
      defaults: DEFAULTS,
    });
    const conditionSide = Math.max(side, sideOf(fields, "condition"));
    return erased<PictureCandidate>({
      identity: { pictures: { ...listing }, ...identity },
      notes: [note, ...notes],
      candidates,
      parallel: false,
      async make({ id, picture }) {
        const image = await decoded(await picture.read());
        const edges = cannyEdges(fitPicture(image, { width: side, height: side, fit: "crop" }));
        if (edges.pixels.every((value) => value === 0)) throw new BrokenPicture("it has no edges");
        const prompt = await captioner.caption(picture.name, image, picture.caption);
        const fault = maker.promptFault(prompt);
        if (fault !== undefined) throw new BrokenPicture(fault);
        const target = await maker.make({ name: id, prompt, shown: edges });
        const square = fitPicture(image, { width: conditionSide, height: conditionSide, fit: "crop" });
        return {
          pictures: {
            condition: await stored(square, id),
            target: await storedSquare(target, { side: sideOf(fields, "target"), name: id }),
          },
          texts: { prompt },
        };
      },
      close: () => maker.close(),
    });
  },
};
