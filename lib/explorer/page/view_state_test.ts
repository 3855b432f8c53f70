import assert from "node:assert/strict";
import {
  decodeIndices,
  decodeState,
  encodeIndices,
  encodeState,
  INITIAL,
  KINDS,
  type ViewState,
} from "./view_state.ts";

Deno.test("decodeState() gives back what encodeState() wrote, whatever was typed", () => {
  const state: ViewState = {
    ...INITIAL,
    layout: "umap3",
    second: "pca2",
    seen: [0.9, 0.9, 0.6, 0, 0, 0, 0, 0, 1],
    secondSeen: [-0.25, 0.125, 0.5],
    colour: "margin",
    panel: "table",
    theme: "dark",
    points: [{ name: "A", text: "borrow its colours & nothing else #1 =?" }, {
      name: "ü",
      text: "<b>%41</b>",
    }],
    active: 1,
    search: "a+b",
    meaning: true,
    selected: [0, 1, 2, 40, 6254],
    hidden: ["style", "held-out"],
    layers: [{ id: "0123456789abcdef", name: "my file.v2.csv" }],
    sort: "margin",
    falling: false,
    page: 3,
    gallery: "own",
    picture: "iVBORw0KGgo+/=",
    prompt: "",
    seed: 7,
    scale: 0.35,
    steps: 50,
    guidance: 2.5,
    plus: false,
    compared: ["one", "two"],
    walkFrom: "one",
    walkTo: "two",
    sampled: "walk",
  };
  for (const sampled of ["", ...KINDS] as const) {
    assert.deepEqual(decodeState(`#${encodeState({ ...state, sampled })}`), { ...state, sampled });
  }
  assert.deepEqual(decodeState(""), INITIAL);
  assert.equal(encodeState(INITIAL), "");
});

Deno.test("decodeState() takes what makes no sense as at the start", () => {
  const bad =
    "map=cube&colour=red&panel=x&at=7&known=-9&seed=abc&scale=99&steps=0&selected=zz-zzzzzz.%00&drawn=all&seen=0_0_0";
  assert.deepEqual(decodeState(bad), INITIAL);
  assert.equal(decodeState(`p=${"x".repeat(9000)}`).points[0]!.text.length, 500);
  assert.equal(decodeState("p=a&".repeat(100)).points.length, 24);
});

Deno.test("encodeIndices() writes runs, and many of them in short", () => {
  assert.equal(encodeIndices([3, 4, 5, 9]), "3-2.9");
  assert.deepEqual(decodeIndices("3-2.9"), [3, 4, 5, 9]);
  const all = Array.from({ length: 5000 }, (_, i) => i);
  assert.ok(encodeIndices(all).length < 8);
  assert.deepEqual(decodeIndices(encodeIndices(all)), all);
  assert.deepEqual(decodeIndices(""), []);
});
