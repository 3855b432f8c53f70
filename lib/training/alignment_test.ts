import assert from "node:assert/strict";
import { host, type HostParams, type Tensor } from "../engine/mod.ts";
import { evaluate } from "../golden/evaluate.ts";
import { alignedState, alignmentTerm } from "./alignment.ts";

/** The term for one picture of two by two places, under a head that says `said` everywhere. */
async function term(said: readonly number[], tokens: readonly number[]): Promise<number> {
  const width = said.length;
  const head: HostParams = {
    "linear_1.weight": host(new Float32Array(width), [width, 1]),
    "linear_1.bias": host(new Float32Array(width), [width]),
    "linear_2.weight": host(new Float32Array(width * width), [width, width]),
    "linear_2.bias": host(Float32Array.from(said), [width]),
  };
  const { loss } = await evaluate(
    (params, { features, tokens }) => ({
      loss: alignmentTerm(params, { features: features as Tensor, tokens: tokens as Tensor }),
    }),
    {
      params: head,
      inputs: {
        features: host(new Float32Array(4), [1, 1, 2, 2]),
        tokens: host(Float32Array.from(tokens), [1, 4, width]),
      },
    },
  );
  return loss!.data[0] as number;
}

function near(got: number, expected: number): void {
  assert.ok(Math.abs(got - expected) < 1e-4, `expected ${expected}, got ${got}`);
}

// Centred on their mean (1, 0) the tokens are (1, 0), (-1, 0), (0, 1), (0, -1).
const TOKENS = [2, 0, 0, 0, 1, 1, 1, -1];

Deno.test("the term is one less the mean cosine with the tokens, centred on the picture's mean", async () => {
  near(await term([3, 0], [2, 0, 2, 0, 0, 0, 0, 0]), 1);
  near(await term([1, 1], TOKENS), 1);
  // One token stands out: the cosines are 1 there and −1 at the three others.
  near(await term([5, 0], [4, 7, 0, 7, 0, 7, 0, 7]), 1 - (1 - 3) / 4);
});

Deno.test("what all places share makes no difference", async () => {
  const shifted = TOKENS.map((value, i) => value + [40, -8][i % 2]!);
  near(await term([1, 0.5], shifted), await term([1, 0.5], TOKENS));
});

Deno.test("the deepest state of the encoder's side is aligned; none is refused", () => {
  const state = (channels: number, side: number) =>
    ({ shape: [1, channels, side, side] }) as unknown as Tensor;
  const states = [state(8, 4), state(8, 2), state(16, 2), state(16, 1)];
  const alignment = { side: 2, width: 4, weight: 1 };
  assert.deepEqual(alignedState(states, alignment).shape, [1, 16, 2, 2]);
  assert.throws(
    () => alignedState(states, { ...alignment, side: 3 }),
    /side 3, the U-Net's are of 4, 2, 2, 1/,
  );
});
