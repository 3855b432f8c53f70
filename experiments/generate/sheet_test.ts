import assert from "node:assert/strict";
import { generationSheet } from "./sheet.ts";

Deno.test("generationSheet() counts one step and several", () => {
  const subtitle = (steps: number) => {
    const scales = { adapterScale: 0.7, loraScale: 1, controlScale: 1, guidance: 5 };
    const settings = {
      prompt: "an apple",
      negative: "",
      sampler: "ddim",
      seed: 1,
      steps,
      ...scales,
    } as const;
    const picture = { width: 1, height: 1, pixels: new Uint8Array(3), index: 0 };
    return generationSheet({ pictures: [{ ...picture, record: { scale: "mini", settings } }] }).subtitle!;
  };
  assert.match(subtitle(1), / · 1 step of ddim · /);
  assert.match(subtitle(30), / · 30 steps of ddim · /);
});
