import assert from "node:assert/strict";
import {
  compile,
  fold,
  host,
  type HostParams,
  key,
  layerNorm,
  normal,
  type Params,
  PASSES,
  type PassName,
  type ProgramFunction,
  type Stream,
  stream,
  type Tensor,
  tf,
  valueAndGradients,
} from "../mod.ts";
import { recordProgram } from "../compile.ts";
import type { Graph } from "../graph.ts";
import { optimize } from "./mod.ts";

const NAMES = Object.keys(PASSES) as PassName[];
const SIDES = [2, 3, 4];
const inputs = { a: { shape: SIDES }, b: { shape: SIDES } };

/** Sides in another order, or with neighbours merged. */
function reshaped(x: Tensor, random: Stream): Tensor {
  return tf.reshape(x, random.pick([[24], [6, 4], [2, 12], [4, 3, 2], [2, 3, 4], [1, 24]]));
}

/** One random operation on any of the tensors made so far; layout operations and repetitions are frequent. */
function grow(pool: Tensor[], random: Stream): Tensor {
  const x = random.pick(pool);
  const y = random.pick(pool.filter((other) => other.shape.join() === x.shape.join()));
  switch (random.int(0, 7)) {
    case 0:
      return tf.add(x, y);
    case 1:
      return tf.mul(x, tf.sigmoid(y));
    case 2:
      return tf.tanh(x);
    case 3:
      return layerNorm(x, tf.ones([x.shape.at(-1)!]), tf.zeros([x.shape.at(-1)!]));
    case 4:
      return tf.sub(x, tf.mean(y, -1, true));
    case 5:
      return tf.transpose(x, random.shuffle(x.shape.map((_, axis) => axis)));
    case 6:
      return tf.transpose(tf.transpose(x));
    default:
      return reshaped(reshaped(x, random), random);
  }
}

/** A random function of two arrays, with its gradient; many of its values lead nowhere and many are made twice. */
function randomFunction(seed: number): ProgramFunction {
  const build = (p: Params) => {
    const random = stream(fold(key("graphs"), seed));
    const pool = [p.a!, p.b!];
    for (let i = 0; i < 14; i++) pool.push(grow(pool, random));
    const last = pool.slice(-3);
    const again = tf.mul(tf.tanh(p.a!), tf.tanh(p.b!));
    const loss = last.reduce((sum, x) => tf.add(sum, tf.mean(tf.square(x))), tf.mean(again));
    return { loss, aux: { last: last.at(-1)!, same: tf.tanh(p.a!), alsoSame: tf.tanh(p.a!) } };
  };
  return (_frozen, _state, fed) => {
    const { loss, grads, aux } = valueAndGradients(build, fed);
    return { outputs: { loss, ...aux, "grad a": grads.a!, "grad b": grads.b! } };
  };
}

async function results(seed: number, withoutPasses: readonly PassName[]): Promise<HostParams> {
  const program = await compile(randomFunction(seed), { inputs }, { withoutPasses, threads: 1 });
  const feed = (name: string) => host(normal(fold(key("feeds"), seed, name), 24), SIDES);
  const outputs = await program.run({ a: feed("a"), b: feed("b") });
  await program.dispose();
  return outputs;
}

Deno.test("optimize() leaves the results of random graphs as they are, with all passes and with any one left out", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const expected = await results(seed, NAMES);
    for (const left of [[], ...NAMES.map((name) => [name])]) {
      const actual = await results(seed, left);
      assert.deepEqual(Object.keys(actual), Object.keys(expected));
      for (const [name, { data, shape }] of Object.entries(expected)) {
        const other = actual[name]!;
        assert.deepEqual(other.shape, shape);
        // onnxruntime may fuse the nodes of two graphs differently: equal up to rounding.
        data.forEach((x, i) =>
          assert.ok(
            Math.abs(x - other.data[i]!) <= 1e-5 * Math.max(1, Math.abs(x)),
            `graph ${seed} without "${left}": ${name}[${i}] is ${other.data[i]}, was ${x}`,
          )
        );
      }
    }
  }
});

const count = (graph: Graph, op?: string) => graph.nodes.filter((node) => !op || node.op === op).length;

/** The graph of one function with all passes, and without the named one. */
function both(fn: (a: Tensor) => Params, pass: PassName): { on: Graph; off: Graph } {
  const whole: ProgramFunction = (_frozen, _state, { a }) => ({ outputs: fn(a!) });
  const parts = { inputs: { a: { shape: SIDES } } };
  return {
    on: recordProgram(whole, parts).graph,
    off: recordProgram(whole, parts, { withoutPasses: [pass] }).graph,
  };
}

Deno.test('The pass "dead-nodes" drops what no output needs, unless it is left out', () => {
  const { on, off } = both((a) => {
    tf.exp(a);
    return { y: tf.tanh(a) };
  }, "dead-nodes");
  assert.deepEqual([count(on, "Exp"), count(off, "Exp"), count(on, "Tanh")], [0, 1, 1]);
});

Deno.test('The pass "layout-chains" merges reshapes and transposes, unless it is left out', () => {
  const { on, off } = both((a) => ({
    same: tf.tanh(tf.transpose(tf.transpose(a, [2, 0, 1]), [1, 2, 0])),
    back: tf.tanh(tf.reshape(tf.reshape(a, [24]), SIDES)),
    other: tf.transpose(tf.transpose(a, [1, 0, 2]), [0, 2, 1]),
    flat: tf.reshape(tf.reshape(a, [6, 4]), [24]),
  }), "layout-chains");
  assert.deepEqual([count(on, "Transpose"), count(on, "Reshape")], [1, 1]);
  assert.deepEqual([count(off, "Transpose"), count(off, "Reshape")], [4, 4]);
});

Deno.test('The pass "common-subexpressions" computes equal things once, unless it is left out', () => {
  const { on, off } = both(
    (a) => ({ y: tf.add(tf.exp(a), tf.sin(tf.exp(a))), z: tf.exp(a) }),
    "common-subexpressions",
  );
  assert.deepEqual([count(on, "Exp"), count(off, "Exp")], [1, 3]);
});

Deno.test('The pass "fused-layer-norm" scales and shifts where it standardises, unless a gradient needs what is between or it is left out', async () => {
  const [weight, bias] = [[2, -1, 0.5, 3], [0.1, 0.2, -0.3, 0.4]];
  const norm = (a: Tensor) => layerNorm(a, tf.tensor1d(weight), tf.tensor1d(bias));
  const { on, off } = both((a) => ({ y: norm(a) }), "fused-layer-norm");
  assert.deepEqual([count(on, "LayerNormalization"), count(on, "Mul"), count(on, "Add")], [1, 0, 0]);
  assert.deepEqual([count(off, "LayerNormalization"), count(off, "Mul"), count(off, "Add")], [1, 1, 1]);
  const squares = (a: Tensor): Params => {
    const { grads } = valueAndGradients(({ x }) => ({ loss: tf.sum(tf.square(norm(x!))) as tf.Scalar }), {
      x: a,
    });
    return { y: grads.x! };
  };
  const trained = both(squares, "fused-layer-norm");
  assert.deepEqual(trained.on.nodes, trained.off.nodes);

  const twice =
    both((a) => ({ y: tf.add(tf.mul(norm(a), tf.tensor1d(bias)), tf.tensor1d(weight)) }), "dead-nodes").on;
  assert.deepEqual([count(twice, "LayerNormalization"), count(twice, "Mul"), count(twice, "Add")], [1, 1, 1]);
  assert.deepEqual(
    optimize(twice).nodes,
    twice.nodes,
    "a further scale and shift stays beside the norm's own",
  );

  const data = normal(key("rows"), 24);
  const run = async (withoutPasses: readonly PassName[]) => {
    const program = await compile((_frozen, _state, { a }) => ({ outputs: { y: norm(a!) } }), {
      inputs: { a: { shape: SIDES } },
    }, { withoutPasses, threads: 1 });
    const y = (await program.run({ a: data })).y!.data.slice();
    await program.dispose();
    return y;
  };
  const [fused, apart] = [await run([]), await run(["fused-layer-norm"])];
  fused.forEach((x, i) => assert.ok(Math.abs(x - apart[i]!) < 1e-6, `${i}: ${x}, was ${apart[i]}`));
});

Deno.test("optimize() does not change the graph it is given, and changes nothing more when it runs again", () => {
  const parts = { inputs };
  const { graph } = recordProgram(randomFunction(3), parts, { withoutPasses: NAMES });
  const before = JSON.stringify(graph.nodes);
  const once = optimize(graph);
  assert.equal(JSON.stringify(graph.nodes), before);
  assert.ok(count(once) < count(graph));
  assert.deepEqual(optimize(once).nodes, once.nodes);
});
