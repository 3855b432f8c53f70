import assert from "node:assert/strict";
import { composePretrain, drawScene, loadBank, type SceneTruth } from "../../../lib/tasks/mod.ts";
import { hueVector, sceneFacts, thingColour } from "./scene_facts.ts";

const near = (a: readonly number[], b: readonly number[], tolerance: number) =>
  a.forEach((value, i) => assert.ok(Math.abs(value - b[i]!) < tolerance, `${a}, ${b}`));

Deno.test("hueVector() turns by 120 degrees from red to green to blue, and grey has none", () => {
  for (const [turn, colour] of ([[1, 0, 0], [0, 1, 0], [0, 0, 1]] as const).entries()) {
    const angle = turn * 2 * Math.PI / 3;
    near(hueVector(colour), [Math.cos(angle), Math.sin(angle)], 1e-12);
  }
  near(hueVector([0.4, 0.4, 0.4]), [0, 0], 1e-12);
});

Deno.test("sceneFacts() tells where the thing is; in the negative of a picture both hues are turned round", async () => {
  const { sprites, ...bank } = await loadBank();
  const { truth } = composePretrain({ sprites, ...bank }, 7, { only: "scenes", family: "flat" });
  const scene = truth as SceneTruth;
  const factsOf = (spec: SceneTruth) => sceneFacts(sprites, drawScene(sprites, spec).image, spec);
  const plain = factsOf(scene);
  const negative = factsOf({ ...scene, style: { ...scene.style, treatment: "negative" } });
  assert.deepEqual(plain.position, [scene.layout.x, scene.layout.y, scene.layout.size]);
  assert.ok(Math.hypot(...plain.placeHue) > 0.02);
  for (const which of ["thingHue", "placeHue"] as const) {
    near(negative[which], plain[which].map((value) => -value), 1e-9);
  }
  assert.equal(negative.family, plain.family);
  assert.notEqual(negative.treatment, plain.treatment);
});

Deno.test("thingColour() is the colour whose hue sceneFacts() tells; the negative's is its complement", async () => {
  const bank = await loadBank();
  const { truth } = composePretrain(bank, 7, { only: "scenes", family: "flat" });
  const scene = truth as SceneTruth;
  const colourOf = (spec: SceneTruth) => {
    const { image } = drawScene(bank.sprites, spec);
    const colour = thingColour(bank.sprites, image, spec)!;
    near(hueVector(colour), sceneFacts(bank.sprites, image, spec).thingHue, 1e-12);
    return colour;
  };
  const negative = colourOf({ ...scene, style: { ...scene.style, treatment: "negative" } });
  near(negative, colourOf(scene).map((value) => 1 - value), 1e-9);
});
