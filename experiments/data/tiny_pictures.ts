/** Sources of every kind that `deno task data build` reads, tiny: scenes of a few coloured shapes with what annotators would have written. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fold, key, stream } from "../../lib/engine/mod.ts";
import { encodePng, type RgbPicture } from "../../lib/raster/mod.ts";

const SIDES = { width: 96, height: 72 };

/** A picture of a square on a plain ground; where the square is. */
export function tinyScene(
  name: string,
  sides: { readonly width: number; readonly height: number } = SIDES,
): { picture: RgbPicture; box: readonly [number, number, number, number] } {
  const random = stream(fold(key("scene"), name)), { width, height } = sides;
  const colour = () => [random.int(0, 255), random.int(0, 255), random.int(0, 255)];
  const ground = colour(), own = colour();
  const [across, down] = [random.int(24, 48), random.int(24, 48)];
  const [left, top] = [random.int(0, width - across), random.int(0, height - down)];
  const pixels = Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const p = Math.floor(i / 3), x = p % width, y = Math.floor(p / width);
    const inside = x >= left && x < left + across && y >= top && y < top + down;
    return (inside ? own : ground)[i % 3]!;
  });
  return { picture: { width, height, pixels }, box: [left, top, across, down] };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}`.padStart(6, "0"));

/** A folder of `count` pictures with captions beside them, one more that is damaged, and a licence. */
export function writeCaptionedFolder(folder: string, count: number): void {
  mkdirSync(join(folder, "more"), { recursive: true });
  names(count).forEach((name, i) => {
    const place = join(folder, i % 2 === 0 ? "." : "more", name);
    writeFileSync(`${place}.png`, encodePng(tinyScene(name).picture));
    writeFileSync(`${place}.txt`, `square ${i + 1}\n`);
  });
  const whole = encodePng(tinyScene("damaged").picture);
  writeFileSync(join(folder, "damaged.png"), whole.subarray(0, whole.length - 20));
  writeFileSync(join(folder, "damaged.txt"), "a square that is damaged");
  writeFileSync(join(folder, "LICENSE"), "public domain");
}

/** `instances.json` and `pictures/` as COCO has them: `count` pictures with a square and a crowd each. */
export function writeCoco(folder: string, count: number): void {
  mkdirSync(join(folder, "pictures"), { recursive: true });
  const scenes = names(count).map((name, i) => ({ id: i + 1, file_name: `${name}.png`, ...tinyScene(name) }));
  for (const { file_name, picture } of scenes) {
    writeFileSync(join(folder, "pictures", file_name), encodePng(picture));
  }
  const annotations = scenes.flatMap(({ id, box }) => [
    {
      id: 10 * id,
      image_id: id,
      category_id: 3,
      bbox: box,
      area: box[2] * box[3],
      iscrowd: 0,
      segmentation: [[1, 2]],
    },
    {
      id: 10 * id + 1,
      image_id: id,
      category_id: 4,
      bbox: [0, 0, 96, 72],
      iscrowd: 1,
      segmentation: { counts: [1] },
    },
    { id: 10 * id + 2, image_id: id, category_id: 4, bbox: [0, 0, 3, 3], iscrowd: 0, segmentation: [] },
  ]);
  const file = {
    info: { description: 'a "tiny" one', version: "1.0" },
    licenses: [{ id: 1, name: "CC0" }],
    images: scenes.map(({ id, file_name }) => ({ id, file_name, ...SIDES, license: 1 })),
    annotations,
    categories: [{ id: 3, name: "square [red]" }, { id: 4, name: "crowd" }],
  };
  writeFileSync(join(folder, "instances.json"), JSON.stringify(file));
}

/** `identity.txt`, `boxes.txt`, `landmarks.txt` and `pictures/` as CelebA has them: `people` people of `each` pictures. */
export function writeCeleba(folder: string, { people, each }: { people: number; each: number }): void {
  mkdirSync(join(folder, "pictures"), { recursive: true });
  const all = names(people * each).map((name, i) => ({
    name: `${name}.png`,
    person: 1 + i % people,
    ...tinyScene(name, { width: 72, height: 88 }),
  }));
  for (const { name, picture } of all) writeFileSync(join(folder, "pictures", name), encodePng(picture));
  const lines = (of: readonly string[]) => of.join("\n") + "\n";
  writeFileSync(join(folder, "identity.txt"), lines(all.map(({ name, person }) => `${name} ${person}`)));
  writeFileSync(
    join(folder, "boxes.txt"),
    lines([
      `${all.length}`,
      "image_id x_1 y_1 width height",
      ...all.map(({ name, box }) => `${name}    ${box.join(" ")}`),
    ]),
  );
  writeFileSync(
    join(folder, "landmarks.txt"),
    lines([
      `${all.length}`,
      "lefteye_x lefteye_y righteye_x righteye_y nose_x nose_y leftmouth_x leftmouth_y rightmouth_x rightmouth_y",
      ...all.map(({ name, box: [left, top, width, height] }) => {
        const [x, y] = [(part: number) => left + part * width, (part: number) => top + part * height];
        const points = [[0.3, 0.3], [0.7, 0.3], [0.5, 0.5], [0.35, 0.7], [0.65, 0.7]] as const;
        return `${name} ${points.map(([a, b]) => `${Math.round(x(a))} ${Math.round(y(b))}`).join(" ")}`;
      }),
    ]),
  );
}
