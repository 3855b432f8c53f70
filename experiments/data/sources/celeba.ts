/** CelebA's text files (Liu et al. 2015): who is on which picture, and where the face is. Those with commas are read, too. */
import { UserError } from "../../../lib/engine/mod.ts";
import { textLines } from "../../../lib/hub/mod.ts";
import type { Box, FaceJoints } from "../../../lib/raster/mod.ts";

async function* rows(path: string): AsyncGenerator<{ number: number; words: string[] }> {
  for await (const { number, text } of textLines(path)) {
    if (text === undefined) {
      throw new UserError(
        `Reading ${path}:${number} failed: expected text in UTF-8, got another encoding or no text: save it as UTF-8`,
      );
    }
    const words = text.trim().split(/[\s,]+/u);
    if (text.trim() !== "") yield { number, words };
  }
}

const numbers = (words: readonly string[]) => words.map(Number);

/**
 * Pictures by person, from identity_CelebA.txt (`000001.jpg 2880`).
 *
 * @throws UserError when a line is another.
 */
export async function celebaPeople(path: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const people = new Map<string, string[]>();
  for await (const { number, words } of rows(path)) {
    const [picture = "", person = "", ...more] = words;
    if (!/^\d+$/.test(person) || more.length > 0) {
      // Files with commas begin with the columns' names.
      if (number === 1 && /id/i.test(person)) continue;
      throw new UserError(
        `--identities expects lines like "000001.jpg 2880", got "${
          words.join(" ").slice(0, 40)
        }" in ${path}:${number}`,
      );
    }
    people.set(person, [...people.get(person) ?? [], picture]);
  }
  if (people.size === 0) {
    throw new UserError(`--identities expects lines like "000001.jpg 2880", got none in ${path}`);
  }
  return people;
}

/** A face, in the pixels of its picture. */
export interface CelebaFace {
  /** The square around it. */
  readonly box: Box;
  /** What a pose shows of it; absent where only its box is known. */
  readonly joints?: FaceJoints;
}

/** Side of the square around a face, in widths of its box. */
const BOX_MARGIN = 1.4;
/** The same in distances from the eyes to the mouth. */
const LANDMARK_MARGIN = 3.2;

function square(x: number, y: number, side: number): Box {
  return { left: x - side / 2, top: y - side / 2, width: side, height: side };
}

/**
 * Each picture's face, from list_bbox_celeba.txt or a file of five landmarks (list_landmarks_celeba.txt, list_landmarks_align_celeba.txt), whose
 * left is the picture's.
 *
 * @throws UserError when a line is another.
 */
export async function celebaFaces(path: string): Promise<ReadonlyMap<string, CelebaFace>> {
  const faces = new Map<string, CelebaFace>();
  for await (const { number, words } of rows(path)) {
    const [picture = "", ...rest] = words;
    const given = numbers(rest);
    if (given.length === 4 && given.every(Number.isFinite)) {
      const [left, top, width, height] = given as [number, number, number, number];
      // The list has faces without a box.
      if (width < 1 || height < 1) continue;
      faces.set(picture, {
        box: square(left + width / 2, top + height / 2, BOX_MARGIN * Math.max(width, height)),
      });
    } else if (given.length === 10 && given.every(Number.isFinite)) {
      const point = (place: number) => [given[2 * place]!, given[2 * place + 1]!] as const;
      const between = (one: number, other: number) => {
        const [[ax, ay], [bx, by]] = [point(one), point(other)];
        return [(ax + bx) / 2, (ay + by) / 2] as const;
      };
      const [eyes, mouth] = [between(0, 1), between(3, 4)];
      const distance = Math.hypot(mouth[0] - eyes[0], mouth[1] - eyes[1]);
      if (distance < 1) continue;
      faces.set(picture, {
        box: square((eyes[0] + mouth[0]) / 2, (eyes[1] + mouth[1]) / 2, LANDMARK_MARGIN * distance),
        joints: { rightEye: point(0), leftEye: point(1), nose: point(2) },
      });
    } else if (number > 2) {
      throw new UserError(
        `--faces expects a picture and the 4 numbers of its box, or the 10 of its landmarks, got "${
          words.join(" ").slice(0, 40)
        }" in ${path}:${number}`,
      );
    }
  }
  if (faces.size === 0) {
    throw new UserError(`--faces expects CelebA's boxes or landmarks, got none in ${path}`);
  }
  return faces;
}

/** A square moved and shrunk until it lies inside a picture. */
export function insidePicture({ left, top, width }: Box, picture: { width: number; height: number }): Box {
  const side = Math.min(width, picture.width, picture.height);
  const at = (start: number, most: number) => Math.min(Math.max(0, start + (width - side) / 2), most - side);
  return { left: at(left, picture.width), top: at(top, picture.height), width: side, height: side };
}
