/**
 * Identity preservation (Sec. 3.4; CelebA): two pictures of one person, the condition of a share of the pairs zoomed in on the face; the target's
 * prompt is asked for. Where the target's landmarks are known they are drawn as the pose that Fig. 10's ControlNet is shown. A picture is in one pair
 * only, and a person who is held out is in no training.
 */
import { fold, key, stream, UserError } from "../../../lib/engine/mod.ts";
import { drawOpenposeFace } from "../../../lib/raster/mod.ts";
import { type CelebaFace, celebaFaces, celebaPeople, insidePicture } from "../sources/celeba.ts";
import { indexPictures, stemOf } from "../sources/index_pictures.ts";
import { pickSeeded } from "../sources/pick_seeded.ts";
import { openSource } from "../sources/picture_source.ts";
import { BrokenPicture, type SourcePicture } from "../sources/source_picture.ts";
import { needCaptioner } from "./need_captioner.ts";
import { licenceIn } from "./notice.ts";
import { type Candidate, erased, type PairBuilder, sideOf } from "./pair_builder.ts";
import { decoded, squareOf, stored, type StoredPicture, storedWhole } from "./stored_picture.ts";

interface FaceCandidate extends Candidate {
  readonly names: readonly [condition: string, target: string];
  readonly pictures: readonly [condition: SourcePicture, target: SourcePicture];
}

/** The pose of a face in a picture of these sides, as large as its field asks for; none without joints. */
async function poseOf(
  face: CelebaFace | undefined,
  picture: { readonly width: number; readonly height: number },
  { side, name }: { readonly side: number; readonly name: string },
): Promise<Record<string, StoredPicture>> {
  if (face?.joints === undefined) return {};
  const scale = side / Math.min(picture.width, picture.height);
  const scaled = ([x, y]: readonly [number, number]) => [scale * x, scale * y] as const;
  const { nose, rightEye, leftEye } = face.joints;
  const drawn = drawOpenposeFace(
    { nose: scaled(nose), rightEye: scaled(rightEye), leftEye: scaled(leftEye) },
    { width: Math.round(scale * picture.width), height: Math.round(scale * picture.height) },
  );
  return { pose: await stored(drawn, name) };
}

/** Pairs of one person. */
export const SAME_PERSON: PairBuilder = {
  kind: "people",
  what: "CelebA's pictures, two of one person",
  options: [
    { name: "identities", value: "FILE", help: "who is on which picture, such as identity_CelebA.txt" },
    {
      name: "faces",
      value: "FILE",
      help: "boxes or landmarks of the same pictures, such as list_bbox_celeba.txt",
    },
    { name: "pictures", value: "SOURCE", help: "the pictures they name" },
  ],
  async open({ build, seed, most, values, captioner, report, fields }) {
    if (build.kind !== "people") {
      throw new RangeError(`Pairs of one person need a share to zoom, got ${build.kind}`);
    }
    const file = values.get("identities") as string, faceFile = values.get("faces") as string;
    const people = await celebaPeople(file), faces = await celebaFaces(faceFile);
    const source = openSource(values.get("pictures") as string, "--pictures");
    const { pictures, listing } = await indexPictures(source, report);
    const random = fold(key(seed), "people");
    const pairs: FaceCandidate[] = [];
    let named = 0, missing = 0, first = "";
    for (const [person, all] of people) {
      const there = all.filter((name) => pictures.has(stemOf(name)));
      named += all.length;
      missing += all.length - there.length;
      first ||= all[0] as string;
      const order = stream(fold(random, "pairs", person)).shuffle(there);
      for (let i = 0; i + 1 < order.length; i += 2) {
        const names = [order[i] as string, order[i + 1] as string] as const;
        const of = (name: string) => pictures.get(stemOf(name)) as SourcePicture;
        pairs.push({
          id: `${person}:${names.map(stemOf).join("+")}`,
          group: person,
          names,
          pictures: [of(names[0]), of(names[1])],
        });
      }
    }
    if (missing === named) {
      throw new UserError(
        `--pictures expects the pictures that ${file} names, such as ${first}, got none of ${named} in ${source.path}`,
      );
    }
    if (missing > 0) report(file, `${missing} of ${named} pictures are not there`);
    if (pairs.length === 0) {
      throw new UserError(`--identities expects two pictures of a person, got no such in ${file}`);
    }
    needCaptioner(captioner, listing);
    const candidates = await pickSeeded(pairs, { seed, most, name: ({ id }) => id });
    const [conditionSide, targetSide, poseSide] = ["condition", "target", "pose"].map((name) =>
      sideOf(fields, name)
    ) as [number, number, number];
    return erased<FaceCandidate>({
      identity: { people: people.size, faces: faces.size, zoomed: build.zoomed, pictures: { ...listing } },
      notes: [
        {
          what: "people",
          path: file,
          holds: `${people.size} people on ${named} pictures`,
          ...licenceIn(file),
        },
        { what: "faces", path: faceFile, holds: `${faces.size} faces`, ...licenceIn(faceFile) },
        {
          what: "pictures",
          path: source.path,
          holds: `${listing.pictures} pictures`,
          ...licenceIn(source.path),
        },
      ],
      candidates,
      parallel: true,
      async make({ id, names, pictures: [condition, target] }) {
        const [seen, shown] = [await decoded(await condition.read()), await decoded(await target.read())];
        const zoomed = stream(fold(random, "zoom", id)).bool(build.zoomed);
        const face = faces.get(names[0])?.box;
        if (zoomed && !face) throw new BrokenPicture(`there is no face of ${names[0]} in ${faceFile}`);
        if (face && (face.left + face.width / 2 > seen.width || face.top + face.height / 2 > seen.height)) {
          throw new BrokenPicture(
            `the face of ${names[0]} lies outside of it: ${faceFile} is of other pictures`,
          );
        }
        const prompt = await captioner.caption(target.name, shown, target.caption);
        const own = zoomed && face
          ? await stored(
            squareOf(
              seen,
              insidePicture(face, seen),
              Math.max(conditionSide, Math.min(2 * conditionSide, Math.round(face.width))),
            ),
            id,
          )
          : await storedWhole(seen, { side: conditionSide, name: id });
        return {
          pictures: {
            condition: own,
            target: await storedWhole(shown, { side: targetSide, name: id }),
            ...await poseOf(faces.get(names[1]), shown, { side: poseSide, name: id }),
          },
          texts: { prompt },
        };
      },
      close: () => Promise.resolve(),
    });
  },
};
