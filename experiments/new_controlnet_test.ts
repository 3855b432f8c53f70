import assert from "node:assert/strict";
import { treeCopy } from "./tree_copy.ts";

const LIST = "lib/tasks/controlnets/mod.ts";
const POSE = 'import { POSE } from "./pose.ts";';

/** A ControlNet of its own file: the picture's brightness in place of its edges. */
const BRIGHTNESS = `import type { Controlnet } from "./controlnet.ts";

export const BRIGHTNESS: Controlnet<"brightness"> = {
  name: "brightness",
  published: "depth",
  shown: "a picture in grey",
  readsEdges: false,
  measure: "agreement of greys",
  controlled: (_bank, { image }) => ({
    control: image.map((_, i) => image[3 * Math.floor(i / 3) + 1] as number),
    agreement: () => 1,
  }),
  trainedOn: { what: "scenes in grey", first: 46_000_000, seed: 53 },
  measuredOn: { from: "scenes", what: "held-out scenes of distinct concepts, shown in grey" },
};
`;

Deno.test("a ControlNet is one file and its line in the list: help, models and pretrain know it", () => {
  using copy = treeCopy();
  for (const name of ["data", "results"]) copy.link(name);
  const added = copy.edit(
    LIST,
    [POSE, `import { BRIGHTNESS } from "./brightness.ts";\n${POSE}`],
    ["[SCRIBBLE, POSE]", "[SCRIBBLE, POSE, BRIGHTNESS]"],
  );
  assert.equal(added, 1);
  copy.write("lib/tasks/controlnets/brightness.ts", BRIGHTNESS);
  // Types leave no ControlNet out.
  copy.deno("check", "experiments/models/cli.ts");
  const task = (name: string, ...args: string[]) =>
    copy.deno("run", "-A", "--no-check", `experiments/${name}/cli.ts`, ...args);
  const help = task("generate", "--help");
  assert.match(help, /--controlnet NAME +scribble, pose, brightness, or the file/);
  assert.match(help, /; outline, eyes and mouth \(pose\); a picture in grey \(brightness\)\n/);
  assert.match(task("generate", "--scale", "paper", "--help"), /NAME +scribble, pose, brightness, or a file/);
  assert.match(task("models", "--quick"), /ControlNet \(depth\)/);
  assert.match(task("pretrain", "--help"), /\|controlnet-brightness\b/);
});
