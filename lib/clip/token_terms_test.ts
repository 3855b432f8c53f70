import assert from "node:assert/strict";
import { compile, host, type HostParams, key, type Params, type Tensor } from "../engine/mod.ts";
import {
  cellColours,
  colourTerm,
  initTokenHeads,
  labelTerm,
  thingTerm,
  type TokenTerms,
} from "./token_terms.ts";

const TERMS: TokenTerms = { hidden: 3, patch: 4, cells: 2, labels: { person: 2, family: 5 } };

/** What `fn` computes of `inputs` under `heads`. */
async function computed(
  fn: (heads: Params, inputs: Params) => Tensor,
  heads: HostParams,
  inputs: HostParams,
): Promise<{ shape: readonly number[]; data: readonly number[] }> {
  const program = await compile((frozen, _state, fed) => ({ outputs: { y: fn(frozen, fed as Params) } }), {
    frozen: heads,
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, { shape }]) => [name, { shape }])),
  });
  const { y } = await program.run(inputs);
  await program.dispose();
  return { shape: y!.shape, data: [...y!.data] };
}

const filled = (value: number, shape: number[]) =>
  host(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);

function near(got: number | undefined, expected: number): void {
  assert.ok(Math.abs(got as number - expected) < 1e-6, `expected ${expected}, got ${got}`);
}

Deno.test("a cell's colours are the means of its own pixels, patch by patch", async () => {
  // The first channel counts pixels, the second is constant, the third is 1 in the right half.
  const side = 8;
  const pixels = new Float32Array(3 * side * side);
  for (let i = 0; i < side * side; i++) {
    pixels[i] = i;
    pixels[side * side + i] = 0.5;
    pixels[2 * side * side + i] = i % side >= 4 ? 1 : 0;
  }
  const { shape, data } = await computed((_, { pixels }) => cellColours(pixels as Tensor, TERMS), {}, {
    pixels: host(pixels, [1, 3, side, side]),
  });
  assert.deepEqual(shape, [1, 4, 12]);
  const of = (patch: number) => data.slice(patch * 12, (patch + 1) * 12);
  const mean = (y: number, x: number) => (2 * y + 0.5) * side + 2 * x + 0.5;
  assert.deepEqual(of(0), [mean(0, 0), mean(0, 1), mean(1, 0), mean(1, 1), 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0]);
  assert.deepEqual(of(3), [mean(2, 2), mean(2, 3), mean(3, 2), mean(3, 3), 0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1]);
});

Deno.test("the colour term is 0 where the tokens say the colours, whatever the class token says", async () => {
  const heads = { "colours.weight": filled(1 / 3, [12, 3]), "colours.bias": filled(0, [12]) };
  const pixels = filled(0.25, [1, 3, 8, 8]);
  const term = async (tokens: HostParams[string]) =>
    (await computed(
      (heads, { tokens, pixels }) =>
        colourTerm(heads, TERMS, { tokens: tokens as Tensor, pixels: pixels as Tensor }),
      heads,
      { tokens, pixels },
    )).data[0];
  const right = filled(0.25, [1, 5, 3]);
  right.data.fill(9, 0, 3);
  near(await term(right), 0);
  near(await term(filled(0.75, [1, 5, 3])), 0.25);
});

Deno.test("the thing's term is 0 where all patches together say its colour, and counts the images that show one alone", async () => {
  const heads = { "thing.weight": filled(1 / 3, [3, 3]), "thing.bias": filled(0, [3]) };
  const tokens = filled(0.5, [3, 5, 3]);
  tokens.data.fill(9, 0, 3);
  tokens.data.fill(0, 3, 6);
  tokens.data.fill(1, 6, 9);
  const term = async (shown: number[]) =>
    (await computed(
      (heads, { tokens, colours, shown }) =>
        thingTerm(heads, { tokens: tokens as Tensor, colours: colours as Tensor, shown: shown as Tensor }),
      heads,
      { tokens, colours: host([0.5, 0.5, 0.5, 0.5, 0.5, -0.1, 7, 7, 7], [3, 3]), shown: host(shown, [3, 1]) },
    )).data[0];
  near(await term([1, 0, 0]), 0);
  near(await term([0, 1, 0]), 0.12);
  near(await term([1, 1, 0]), 0.06);
  near(await term([0, 0, 0]), 0);
});

Deno.test("a label's term counts the images that have the label alone", async () => {
  const heads = {
    "labels.person.weight": filled(0, [2, 3]),
    "labels.person.bias": host([0, Math.log(3)], [2]),
  };
  const term = async (which: number[]) =>
    (await computed(
      (heads, { tokens, which }) =>
        labelTerm(heads, "person", { tokens: tokens as Tensor, which: which as Tensor }),
      heads,
      { tokens: filled(0, [3, 5, 3]), which: host(which, [3, 2]) },
    )).data[0];
  near(await term([0, 1, 0, 0, 0, 1]), Math.log(4 / 3));
  near(await term([0, 0, 1, 0, 0, 0]), Math.log(4));
  near(await term([0, 0, 0, 0, 0, 0]), 0);
});

Deno.test("there is a head for every label", () => {
  const shapes = Object.entries(initTokenHeads(key(1), TERMS)).map(([name, { shape }]) => [name, shape]);
  assert.deepEqual(Object.fromEntries(shapes), {
    "colours.weight": [12, 3],
    "colours.bias": [12],
    "thing.weight": [3, 3],
    "thing.bias": [3],
    "labels.person.weight": [2, 3],
    "labels.person.bias": [2],
    "labels.family.weight": [5, 3],
    "labels.family.bias": [5],
  });
});
