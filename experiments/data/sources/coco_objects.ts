/** Objects of COCO (Lin et al. 2014): its annotations of instances, and which object of a picture is taken. */
import { UserError } from "../../../lib/engine/mod.ts";
import type { Box } from "../../../lib/raster/mod.ts";
import { jsonElements } from "./json_elements.ts";

/** Share of the picture that an object's box has: less is a speck, more is the whole scene. */
const OBJECT_SHARE = { low: 0.02, high: 0.8 } as const;

/** An object in a picture. */
export interface CocoObject {
  /** The picture's file name. */
  readonly file: string;
  /** What it is: the category's name. */
  readonly name: string;
  /** Number of its annotation. */
  readonly annotation: number;
  /** In the picture's pixels as annotated. */
  readonly box: Box;
  /** The annotated picture's sides. */
  readonly width: number;
  readonly height: number;
}

/** What was read of a file. */
export interface CocoFile {
  /** One object for each picture that has a fit one, in the file's order of pictures. */
  readonly objects: readonly CocoObject[];
  readonly pictures: number;
  readonly annotations: number;
  /** Names of the licences that the file states. */
  readonly licences: readonly string[];
}

const finite = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

function boxOf(value: unknown): Box | undefined {
  if (!Array.isArray(value) || value.length !== 4 || !value.every(finite)) return undefined;
  const [left, top, width, height] = value as [number, number, number, number];
  return { left, top, width, height };
}

/**
 * Reads an annotation file of instances. Of each picture the largest box is taken that is no crowd and whose share of the picture lies within
 * {@link OBJECT_SHARE}; the paper says "the relevant object".
 *
 * @throws UserError when the file is of another kind or version, or truncated.
 */
export async function cocoObjects(path: string): Promise<CocoFile> {
  const images = new Map<unknown, { file: string; width: number; height: number }>();
  const categories = new Map<unknown, string>(), licences: string[] = [];
  const largest = new Map<unknown, { annotation: number; category: unknown; box: Box }[]>();
  let annotations = 0, boxes = 0, kind = "";
  for await (const { list, value } of jsonElements(path)) {
    if (
      list === "images" && typeof value.file_name === "string" && finite(value.width) && finite(value.height)
    ) {
      images.set(value.id, { file: value.file_name, width: value.width, height: value.height });
    } else if (list === "categories" && typeof value.name === "string") categories.set(value.id, value.name);
    else if (list === "licenses" && typeof value.name === "string") licences.push(value.name);
    else if (list === "annotations") {
      annotations++;
      if ("caption" in value) kind = "captions";
      if ("segments_info" in value) kind = "panoptic segments";
      if ("keypoints" in value) kind = "keypoints";
      const box = boxOf(value.bbox);
      if (!box || value.category_id === undefined || !finite(value.id)) continue;
      boxes++;
      if (value.iscrowd === 1 || box.width < 1 || box.height < 1) continue;
      const of = largest.get(value.image_id) ?? [];
      of.push({ annotation: value.id, category: value.category_id, box });
      largest.set(value.image_id, of);
    }
  }
  const fail = (got: string): never => {
    throw new UserError(
      `--coco expects COCO's annotations of instances (images with file_name, width and height; annotations with id, image_id, category_id and bbox; categories with name), got ${got} in ${path}`,
    );
  };
  if (annotations === 0) fail("no annotations");
  if (boxes === 0) fail(kind === "" ? "annotations of another version" : `annotations of ${kind}`);
  if (categories.size === 0) fail("no categories with names");
  if (images.size === 0) fail("no images with file names and sizes");
  const objects: CocoObject[] = [];
  for (const [id, image] of images) {
    const area = image.width * image.height;
    const fit = (largest.get(id) ?? [])
      .filter(({ category, box }) => {
        const share = box.width * box.height / area;
        return categories.has(category) && share >= OBJECT_SHARE.low && share <= OBJECT_SHARE.high;
      })
      .sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height || a.annotation - b.annotation);
    const [first] = fit;
    if (!first) continue;
    const { annotation, box, category } = first;
    objects.push({ ...image, name: categories.get(category) as string, annotation, box });
  }
  if (objects.length === 0) fail("no object that fills from 2 to 80 % of its picture");
  return { objects, pictures: images.size, annotations, licences };
}
