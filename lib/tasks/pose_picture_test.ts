import assert from "node:assert/strict";
import { mapF1 } from "./edges.ts";
import { composePretrain } from "./compose.ts";
import { outlineOf, personMask } from "./outline.ts";
import { loadBank } from "./pair.ts";
import { drawPortrait, personView, type PortraitSpec } from "./portrait_image.ts";
import { persons } from "./portraits.ts";
import { drawPose, portraitMask, poseLandmarks } from "./pose_picture.ts";

const bank = await loadBank();

function portrait(id: number, viewIndex: number, more: Partial<PortraitSpec> = {}): PortraitSpec {
  return {
    kind: "portrait",
    ...personView(id, viewIndex),
    viewIndex,
    background: "green",
    layout: { shift: 0, flip: false, zoomed: false },
    treatment: { treatment: "none", hue: 0, strength: 1 },
    grain: 1,
    ...more,
  };
}

Deno.test("composePretrain() gives one half of the mix when asked for it alone", () => {
  for (let index = 0; index < 20; index++) {
    assert.equal(composePretrain(bank, index, { only: "portraits" }).truth.kind, "portrait");
    assert.equal(composePretrain(bank, index, { only: "scenes" }).truth.kind, "scene");
  }
});

Deno.test("personMask() finds the outline that the generator drew when the background is plain", () => {
  const scores = Array.from({ length: 60 }, (_, id) => {
    const spec = portrait(id, id % 6);
    return mapF1(
      outlineOf(personMask(drawPortrait(bank.portraits, spec))),
      outlineOf(portraitMask(bank.portraits, spec)),
    );
  });
  const mean = scores.reduce((a, b) => a + b, 0) / scores.length;
  assert.ok(mean > 0.95, `mean F1 ${mean}`);
  assert.ok(scores.filter((score) => score > 0.9).length >= 51, `${scores}`);
});

Deno.test("outlineOf() leaves out the picture's border and what lies inside", () => {
  const mask = new Uint8Array(4096);
  for (let y = 10; y < 20; y++) mask.fill(1, y * 64, y * 64 + 10);
  const outline = outlineOf(mask);
  assert.equal(outline.reduce((a, b) => a + b, 0), 10 + 10 + 8);
  assert.equal(outline[15 * 64], 0);
  assert.equal(outline[15 * 64 + 9], 1);
});

/** Whether brightness varies within two pixels of a place, as it does where a mouth is drawn. */
function isDrawnOn(image: Uint8Array, [x, y]: readonly [number, number]): boolean {
  const values: number[] = [];
  for (let py = Math.floor(y) - 2; py <= Math.floor(y) + 2; py++) {
    for (let px = Math.floor(x) - 2; px <= Math.floor(x) + 2; px++) {
      values.push([0, 1, 2].reduce((sum, c) => sum + image[3 * (py * 64 + px) + c]!, 0));
    }
  }
  return Math.max(...values) - Math.min(...values) > 45;
}

Deno.test("poseLandmarks() lie where a mouth is drawn, also shifted, mirrored and zoomed", () => {
  let [checked, mouths, foreheads] = [0, 0, 0];
  for (const { identity, views } of persons().slice(0, 100)) {
    if (identity.beard !== "") continue;
    for (const [viewIndex] of views.entries()) {
      const spec = portrait(identity.id, viewIndex, {
        layout: {
          shift: identity.id % 3 === 0 ? 0.1 : 0,
          flip: identity.id % 5 === 0,
          zoomed: identity.id % 2 === 0,
        },
      });
      const image = drawPortrait(bank.portraits, spec);
      const [x, y] = poseLandmarks(spec).mouth;
      const [one, other] = poseLandmarks(spec).eyes as [readonly [number, number], readonly [number, number]];
      checked++;
      mouths += Number(isDrawnOn(image, [x, y]));
      foreheads += Number(isDrawnOn(image, [(one[0] + other[0]) / 2, 2 * other[1] - y]));
    }
  }
  assert.ok(mouths / checked > 0.85, `${mouths} of ${checked}`);
  assert.ok(foreheads / checked < 0.7, `${foreheads} foreheads of ${checked}`);
});

Deno.test("drawPose() mirrors with the layout and moves with the zoom", () => {
  const spec = portrait(0, 0);
  const flipped = { ...spec, layout: { ...spec.layout, flip: true } };
  const [mine, theirs] = [poseLandmarks(spec), poseLandmarks(flipped)];
  assert.ok(Math.abs(mine.mouth[0] + theirs.mouth[0] - 64) < 1e-9);
  const red = (image: Uint8Array) =>
    image.filter((value, i) => i % 3 === 0 && value === 255 && image[i + 1] === 0).length;
  assert.equal(red(drawPose(bank.portraits, spec)), 18);
  const wide = poseLandmarks(spec),
    near = poseLandmarks({ ...spec, layout: { ...spec.layout, zoomed: true } });
  const span = ({ eyes }: typeof wide) => Math.abs(eyes[1]![0] - eyes[0]![0]);
  assert.ok(Math.abs(span(near) / span(wide) - 1 / 0.62) < 1e-9);
});
