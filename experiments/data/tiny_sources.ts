/** Tiny sources of all five tasks, and the options that build their pairs with tiny models: the way from sources to pairs can be tried without data. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TaskId } from "../../lib/tasks/mod.ts";
import { writeCaptionedFolder, writeCeleba, writeCoco } from "./tiny_pictures.ts";

/** Pairs of each split. */
const FEW = { count: "4", validation: "2" };

/**
 * Writes sources below a folder.
 *
 * @param models folder of the models that generate targets.
 * @param captions options that say where captions come from that no source has.
 * @returns the options of `deno task data build` by task.
 */
export function writeTinySources(
  folder: string,
  { models, captions }: { readonly models: string; readonly captions: Readonly<Record<string, string>> },
): Readonly<Partial<Record<TaskId, Readonly<Record<string, string>>>>> {
  const [captioned, coco, celeba] = ["captioned", "coco", "celeba"].map((name) => {
    mkdirSync(join(folder, name), { recursive: true });
    return join(folder, name);
  }) as [string, string, string];
  writeCaptionedFolder(captioned, 7);
  writeCoco(coco, 7);
  writeCeleba(celeba, { people: 5, each: 3 });
  const prompts = join(folder, "prompts.txt");
  writeFileSync(prompts, "a boat\na tree\na tower\n");
  const generated = { models, side: "16", steps: "2" };
  return {
    replication: { ...FEW, pictures: captioned },
    style: { ...FEW, conditions: captioned, prompts, ...generated },
    object: {
      ...FEW,
      coco: join(coco, "instances.json"),
      pictures: join(coco, "pictures"),
      ...captions,
    },
    composition: { ...FEW, pictures: captioned, ...generated },
    face: {
      ...FEW,
      identities: join(celeba, "identity.txt"),
      faces: join(celeba, "boxes.txt"),
      pictures: join(celeba, "pictures"),
      ...captions,
    },
  };
}
