import assert from "node:assert/strict";
import {
  compile,
  eager,
  fold,
  host,
  key,
  leaf,
  normal,
  type ProgramFunction,
  sizeOf,
} from "../engine/mod.ts";
import { readCase, type Values } from "../golden/mod.ts";
import { muon, muonScale, orthogonalized } from "./muon.ts";
import { MUON, type MuonConfig } from "./optimizer_config.ts";

const golden = readCase("muon");
const config = golden.config.muon as MuonConfig & { readonly lr: number };
const steps = golden.config.steps as number;
const names = Object.keys(golden.inputs)
  .filter((name) => name.startsWith("params."))
  .map((name) => name.slice("params.".length));

for (const engine of ["compiled", "cpu"] as const) {
  for (const scale of ["spectral", "rms"] as const) {
    Deno.test(`muon() makes the reference's five steps, scale ${scale}, engine ${engine}`, async () => {
      for (const name of names) {
        const start = leaf(golden.inputs, `params.${name}`);
        const [rows = 0] = start.shape;
        const size = start.data.length;
        const shape = [1, rows, size / rows];
        const step: ProgramFunction = (_, { params, m }, { gradient, rate }) => ({
          state: {
            ...muon({ params: params!, m: m! }, gradient!, { rate: rate!, config: { ...config, scale } }),
          },
          outputs: {},
        });
        const parts = {
          state: { params: host(start.data.slice(), shape), m: host(new Float32Array(size), shape) },
          inputs: { gradient: { shape }, rate: { shape: [] } },
        };
        const program =
          await (engine === "compiled" ? compile(step, parts) : eager(step, parts, { backend: "cpu" }));
        const gradients = leaf(golden.inputs, `gradients.${name}`).data as Float32Array;
        const expected = golden.expected[`outputs.${scale}.params.${name}`] as Values;
        for (let i = 0; i < steps; i++) {
          await program.run({
            gradient: gradients.slice(i * size, (i + 1) * size),
            rate: Float32Array.of(config.lr),
          });
          program.readState().params!.data.forEach((x, j) => {
            const wanted = Number(expected.data[i * size + j]);
            assert.ok(Math.abs(x - wanted) <= 1e-5, `${name}[${j}] step ${i}: ${x}, expected ${wanted}`);
          });
        }
        const momentum = golden.expected[`outputs.momentum.${name}`] as Values;
        program.readState().m!.data.forEach((x, j) =>
          assert.ok(Math.abs(x - Number(momentum.data[j])) <= 1e-6, `momentum of ${name}`)
        );
        await program.dispose();
      }
    });
  }
}

Deno.test("orthogonalized() brings singular values near 1 whatever the matrix's length, for stacks as for each alone", async () => {
  const shape = [3, 6, 4];
  const matrices = normal(key("stack"), sizeOf(shape));
  const program = (given: readonly number[]) =>
    eager(
      (_, __, { x }) => ({ outputs: { y: orthogonalized(x!, MUON.iterations) } }),
      { inputs: { x: { shape: given } } },
      { backend: "cpu" },
    );
  const [all, one] = [await program(shape), await program([1, 6, 4])];
  const stack = Float32Array.from((await all.run({ x: matrices })).y!.data);
  for (let i = 0; i < 3; i++) {
    const own = matrices.slice(i * 24, (i + 1) * 24).map((x) => 1000 * x);
    const alone = (await one.run({ x: own })).y!.data as Float32Array;
    alone.forEach((x, j) => assert.ok(Math.abs(x - stack[i * 24 + j]!) < 1e-5));
    // The Gram matrix's trace is the sum of four squared singular values.
    const trace = alone.reduce((sum, x) => sum + x * x, 0);
    assert.ok(trace > 4 * 0.45 && trace < 4 * 1.5, `${trace}`);
  }
});

Deno.test("muonScale() is the reference's, or makes an update as long as AdamW's", () => {
  assert.equal(muonScale("spectral", 24, 6), 2);
  assert.equal(muonScale("spectral", 6, 24), 1);
  assert.equal(muonScale("rms", 25, 9), 1);
  // 0.2 is AdamW's usual root mean square: an orthogonal [25 9] matrix has 9 in 225 numbers.
  assert.ok(Math.abs(muonScale("rms", 25, 9) * Math.sqrt(9 / 225) - 0.2) < 1e-12);
});

Deno.test("muon() decays weights apart from the gradient", async () => {
  const size = 12;
  const [params, gradient] = [normal(fold(key("decay"), 1), size), normal(fold(key("decay"), 2), size)];
  const after = async (weight_decay: number) => {
    const program = await eager(
      (_, { params, m }, { gradient, rate }) => ({
        state: {
          ...muon({ params: params!, m: m! }, gradient!, { rate: rate!, config: { ...MUON, weight_decay } }),
        },
        outputs: {},
      }),
      {
        state: { params: host(params.slice(), [1, 3, 4]), m: host(new Float32Array(size), [1, 3, 4]) },
        inputs: { gradient: { shape: [1, 3, 4] }, rate: { shape: [] } },
      },
      { backend: "cpu" },
    );
    await program.run({ gradient, rate: Float32Array.of(0.1) });
    return program.readState().params!.data;
  };
  const [decayed, kept] = [await after(0.5), await after(0)];
  decayed.forEach((x, i) => assert.ok(Math.abs(x - (kept[i]! - 0.05 * params[i]!)) < 1e-6));
});
