import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { cacheFolder } from "../lib/hub/mod.ts";
import { copyArtwork, treeCopy } from "./tree_copy.ts";

const LIST = "lib/tasks/families/mod.ts";
const SOURCES = "data/sources.json";
const COMIC = 'import { COMIC } from "./comic.ts";';

/** A family of its own file: the comic's drawings with the shades turned. */
const NEGATIVE = `import type { DrawingFamily } from "./family.ts";

export const NEGATIVE: DrawingFamily<"negative"> = {
  id: "negative",
  phrase: "photographic negative",
  source: { kind: "icons", package: "@iconify-json/openmoji" },
  siblings: ["comic"],
  share: 0.1,
  unreadable: [],
  tone: ([r, g, b]) => [255 - r, 255 - g, 255 - b],
};
`;

/** Runs in the copy: prompts of its pairs, and its frozen parts. */
const PROBE = `import { composePair, loadBank, TASKS } from "./lib/tasks/mod.ts";
import { PARTS } from "./experiments/parts/mod.ts";
const bank = await loadBank();
const prompts = Array.from({ length: 400 }, (_, index) =>
  composePair(bank, { task: TASKS[0], split: "train", index }).prompt);
console.log(JSON.stringify({ prompts, parts: PARTS.map(({ name }) => name) }));
`;

Deno.test("a drawing family is one file, two lines of the list and the artwork's pixelHash, which data check prints: captions and LoRAs know it", () => {
  using copy = treeCopy();
  copy.link("results");
  for (const name of readdirSync("data")) {
    if (`data/${name}` === SOURCES) copy.copy(SOURCES);
    else copy.link(`data/${name}`);
  }
  copyArtwork(copy, cacheFolder());
  const added = copy.edit(
    LIST,
    [COMIC, `${COMIC}\nimport { NEGATIVE } from "./negative.ts";`],
    ["  COMIC,\n", "  COMIC,\n  NEGATIVE,\n"],
  );
  assert.equal(added, 2);
  copy.write("lib/tasks/families/negative.ts", NEGATIVE);
  copy.write("probe.ts", PROBE);
  const check = () => copy.deno("run", "-A", "experiments/data/cli.ts", "check", "--scale", "mini");
  assert.throws(check, (error) => {
    const { stdout } = error as { stdout: string };
    const [, published = "", drawn = ""] =
      /^sprites: expected pixelHash (\w{64}) of data\/sources\.json, got (\w{64})\nportraits: as published/
        .exec(stdout) ?? assert.fail(stdout);
    copy.edit(SOURCES, [published, drawn]);
    return true;
  });
  assert.match(check(), /^sprites: as published, pixelHash \w{64}\nportraits: as published/);
  const { prompts, parts } = JSON.parse(copy.deno("run", "-A", "probe.ts")) as Record<string, string[]>;
  assert.ok(prompts!.some((prompt) => prompt.includes("photographic negative")));
  assert.ok(parts!.includes("lora-negative"));
});
