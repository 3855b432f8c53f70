/** Finding pictures that other files name. */
import { createHash } from "node:crypto";
import { PICTURE_NAME, type ReportBroken, type SourcePicture } from "./source_picture.ts";
import type { PictureSource } from "./picture_source.ts";

/** A picture's name without folders and ending: what files of annotations agree on. */
export function stemOf(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1).replace(PICTURE_NAME, "");
}

/** What was listed of a source: it tells whether another listing is of the same. */
export interface SourceListing {
  /** Its pictures. */
  readonly pictures: number;
  /** Those with captions. */
  readonly captioned: number;
  /** SHA-256 of all names and captions, 16 hexadecimal digits. */
  readonly sha256: string;
}

/** Lists a source; `listing()` is complete when all pictures were taken. */
export function listed(
  source: PictureSource,
  report: ReportBroken,
): { readonly pictures: AsyncIterable<SourcePicture>; listing(): SourceListing } {
  const hash = createHash("sha256");
  let count = 0, captioned = 0;
  async function* pictures() {
    for await (const picture of source.pictures(report)) {
      hash.update(JSON.stringify([picture.name, picture.caption ?? null]) + "\n");
      count++;
      if (picture.caption !== undefined) captioned++;
      yield picture;
    }
  }
  return {
    pictures: pictures(),
    listing: () => ({ pictures: count, captioned, sha256: hash.copy().digest("hex").slice(0, 16) }),
  };
}

/** All pictures of a source by their stems; the first of each. */
export async function indexPictures(
  source: PictureSource,
  report: ReportBroken,
): Promise<{ readonly pictures: ReadonlyMap<string, SourcePicture>; readonly listing: SourceListing }> {
  const found = listed(source, report);
  const pictures = new Map<string, SourcePicture>();
  for await (const picture of found.pictures) {
    const stem = stemOf(picture.name);
    if (!pictures.has(stem)) pictures.set(stem, picture);
  }
  return { pictures, listing: found.listing() };
}
