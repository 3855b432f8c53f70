/**
 * Object extraction (Sec. 3.4; COCO): the condition is an object's box, padded to a square with a random colour where it is none; the target is the
 * whole picture, its prompt asked for; the object's name is kept for the instruction.
 */
import { fold, key, stream, UserError } from "../../../lib/engine/mod.ts";
import type { Box } from "../../../lib/raster/mod.ts";
import { type CocoObject, cocoObjects } from "../sources/coco_objects.ts";
import { indexPictures, stemOf } from "../sources/index_pictures.ts";
import { pickSeeded } from "../sources/pick_seeded.ts";
import { openSource } from "../sources/picture_source.ts";
import { BrokenPicture, type SourcePicture } from "../sources/source_picture.ts";
import { needCaptioner } from "./need_captioner.ts";
import { licenceIn } from "./notice.ts";
import { type Candidate, erased, type PairBuilder, sideOf } from "./pair_builder.ts";
import { decoded, paddedSquare, stored, storedWhole } from "./stored_picture.ts";

interface ObjectCandidate extends Candidate {
  readonly object: CocoObject;
  readonly picture: SourcePicture;
}

/** A box that may reach beyond its picture, cut to it; pixels. */
function cut({ left, top, width, height }: Box, picture: { width: number; height: number }): Box {
  const x = Math.max(0, left), y = Math.max(0, top);
  const box = {
    left: x,
    top: y,
    width: Math.min(picture.width, left + width) - x,
    height: Math.min(picture.height, top + height) - y,
  };
  if (box.width < 1 || box.height < 1) throw new BrokenPicture("its object lies outside of it");
  return box;
}

/** Objects cut out of pictures. */
export const CUT_OBJECTS: PairBuilder = {
  kind: "objects",
  what: "COCO's objects, cut out, and their pictures",
  options: [
    { name: "coco", value: "FILE", help: "annotations of instances, such as instances_train2017.json" },
    { name: "pictures", value: "SOURCE", help: "the pictures they name" },
  ],
  async open({ seed, most, values, captioner, report, fields }) {
    const file = values.get("coco") as string;
    const coco = await cocoObjects(file);
    const source = openSource(values.get("pictures") as string, "--pictures");
    const { pictures, listing } = await indexPictures(source, report);
    const there: ObjectCandidate[] = [];
    let missing = 0;
    for (const object of coco.objects) {
      const picture = pictures.get(stemOf(object.file));
      if (picture) {
        const id = `${stemOf(object.file)}:${object.annotation}`;
        there.push({ id, group: picture.file(), object, picture });
      } else missing++;
    }
    if (there.length === 0) {
      throw new UserError(
        `--pictures expects the pictures that ${file} names, such as ${
          coco.objects[0]?.file
        }, got none of ${coco.objects.length} in ${source.path}`,
      );
    }
    if (missing > 0) report(file, `${missing} of ${coco.objects.length} pictures are not there`);
    needCaptioner(captioner, listing);
    const candidates = await pickSeeded(there, { seed, most, name: ({ id }) => id });
    const colours = fold(key(seed), "padding");
    const [conditionSide, targetSide] = [sideOf(fields, "condition"), sideOf(fields, "target")];
    return erased<ObjectCandidate>({
      identity: {
        coco: { pictures: coco.pictures, annotations: coco.annotations },
        pictures: { ...listing },
      },
      notes: [
        {
          what: "objects",
          path: file,
          holds: `${coco.annotations} annotations of ${coco.pictures} pictures`,
          ...(coco.licences.length > 0
            ? { licence: `of each picture, one of: ${coco.licences.join(", ")}` }
            : licenceIn(file)),
        },
        {
          what: "pictures",
          path: source.path,
          holds: `${listing.pictures} pictures`,
          ...licenceIn(source.path),
        },
      ],
      candidates,
      parallel: true,
      async make({ id, object, picture }) {
        const image = await decoded(await picture.read());
        if (image.width !== object.width || image.height !== object.height) {
          throw new BrokenPicture(
            `expected the ${object.width}x${object.height} pixels of its annotation, got ${image.width}x${image.height}`,
          );
        }
        const box = cut(object.box, image);
        const random = stream(fold(colours, id));
        const colour = [random.int(0, 255), random.int(0, 255), random.int(0, 255)] as const;
        const side = Math.min(
          2 * conditionSide,
          Math.max(conditionSide, Math.round(Math.max(box.width, box.height))),
        );
        const prompt = await captioner.caption(picture.name, image, picture.caption);
        return {
          pictures: {
            condition: await stored(paddedSquare(image, box, { side, colour }), id),
            target: await storedWhole(image, { side: targetSide, name: id }),
          },
          texts: { prompt, object: object.name },
        };
      },
      close: () => Promise.resolve(),
    });
  },
};
