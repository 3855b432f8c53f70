import assert from "node:assert/strict";
import { MAP_TASKS } from "../server/space_points.ts";
import { coloursOf, rampColour } from "./colouring.ts";
import type { KnownPoint } from "./known_points.ts";
import { framed, openingOf, searchWords } from "./known_points.ts";
import { csvOf, sortedRows } from "./table_rows.ts";

const point = (index: number, text: string, margin: number): KnownPoint => ({
  index,
  text,
  task: index % 2 ? "style" : "face",
  split: "train",
  template: text,
  words: text.split(" ").length,
  opening: openingOf(text),
  nearest: 0.5,
  margin,
});
const POINTS = [
  point(0, "Use the face.", 0.1),
  point(1, "use the style", 0.9),
  point(2, "Keep it, please", 0.1),
];
const MAP = { tasks: MAP_TASKS, points: POINTS };

Deno.test("sortedRows() sorts by a column both ways; equal rows keep the map's order", () => {
  const indices = (...by: Parameters<typeof sortedRows> extends [unknown, ...infer Rest] ? Rest : never) =>
    sortedRows(POINTS, ...by).map(({ index }) => index);
  assert.deepEqual(indices("margin", true), [1, 0, 2]);
  assert.deepEqual(indices("margin", false), [0, 2, 1]);
  assert.deepEqual(indices("text", false), [2, 0, 1]);
});

Deno.test("csvOf() quotes what CSV asks to quote and disarms formulas", () => {
  assert.equal(
    csvOf([{ text: 'say "a", b', n: -1 }, { text: "=1+2", n: 0.5 }]),
    'text,n\r\n"say ""a"", b",-1\r\n\'=1+2,0.5\r\n',
  );
});

Deno.test("searchWords() wants every word, in any case", () => {
  assert.deepEqual(searchWords(POINTS, "THE use"), [0, 1]);
  assert.deepEqual(searchWords(POINTS, "nothing"), []);
  assert.deepEqual(searchWords(POINTS, "  "), []);
});

Deno.test("coloursOf() gives every point a colour, and the legend counts them all", () => {
  assert.equal(coloursOf(MAP, "opening").named!.reduce((sum, { count }) => sum + count, 0), 3);
  assert.equal(coloursOf(MAP, "opening").of[0], coloursOf(MAP, "opening").of[1]);
  assert.notEqual(coloursOf(MAP, "opening").of[0], coloursOf(MAP, "opening").of[2]);
  for (const by of ["task", "length", "template", "margin"] as const) {
    assert.ok(coloursOf(MAP, by).of.every((colour) => /^#[0-9a-f]{6}$/.test(colour)), by);
  }
  const [face, style] = ["face", "style"].map((task) => MAP_TASKS.find(({ id }) => id === task)!.look.colour);
  assert.deepEqual(coloursOf(MAP, "task").of, [face, style, face]);
  assert.equal(rampColour(0), "#00224e");
  assert.equal(rampColour(2), "#fee838");
});

Deno.test("framed() puts places into the unit square, a third coordinate of 0 behind two", () => {
  assert.deepEqual([...framed([0, 0, 4, 2], { centre: [2, 1], half: 2 })], [-1, -0.5, 0, 1, 0.5, 0]);
});
