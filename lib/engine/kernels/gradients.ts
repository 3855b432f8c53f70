/** Hand-written gradients of the coarse kernels of ../ops.ts. All others come from tfjs's own registry. */
import * as tf from "../tfjs.ts";

type Tensors = tf.Tensor[];
type Attrs = Record<string, unknown>;

function kernel(name: string, inputs: Record<string, tf.Tensor>, attrs: Attrs): tf.Tensor {
  return tf.engine().runKernel(name, inputs, attrs as never) as tf.Tensor;
}

function register(
  kernelName: string,
  options: { inputs?: string[]; outputs?: boolean[] },
  gradFunc: (dy: tf.Tensor, saved: Tensors, attrs: Attrs) => Record<string, () => tf.Tensor>,
): void {
  tf.registerGradient({
    kernelName,
    ...(options.inputs ? { inputsToSave: options.inputs } : {}),
    ...(options.outputs ? { outputsToSave: options.outputs } : {}),
    gradFunc: (dy, saved, attrs) =>
      gradFunc(Array.isArray(dy) ? dy[0] as tf.Tensor : dy, saved, attrs as Attrs),
  });
}

/** Registers them once, with tfjs's global registry. */
export function registerGradients(): void {
  register("Conv2dNchw", { inputs: ["x", "weight"] }, (dy, [x, weight], { stride, pads }) => ({
    x: () =>
      kernel("Conv2dNchwInputGradient", { dy, weight: weight as tf.Tensor }, {
        stride,
        pads,
        shape: (x as tf.Tensor).shape,
      }),
    weight: () =>
      kernel("Conv2dNchwFilterGradient", { x: x as tf.Tensor, dy }, {
        stride,
        pads,
        shape: (weight as tf.Tensor).shape,
      }),
    bias: () => tf.sum(dy, [0, 2, 3]),
  }));
  register("LinearBias", { inputs: ["x", "weight"] }, (dy, [x, weight]) => ({
    x: () => tf.matMul(dy as tf.Tensor2D, weight as tf.Tensor2D),
    weight: () => tf.matMul(dy as tf.Tensor2D, x as tf.Tensor2D, true, false),
    bias: () => tf.sum(dy, 0),
  }));
  // y = (x − μ)·r: ∂x = r·(dy − mean(dy) − y·mean(dy·y))
  register("Standardize", { outputs: [true, true] }, (dy, [y, r]) => ({
    x: () => {
      const along = tf.mean(tf.mul(dy, y as tf.Tensor), -1, true);
      const centred = tf.sub(dy, tf.mean(dy, -1, true));
      return tf.mul(tf.sub(centred, tf.mul(y as tf.Tensor, along)), r as tf.Tensor);
    },
  }));
  // y = γ·x̂ + β with x̂ = (x − μ)·r per group of M numbers. With S₁ = Σ dy and S₂ = Σ dy·x̂ per sample and channel:
  // ∂β = Σ S₁, ∂γ = Σ S₂ over samples; ∂x = r·(γ·dy − Σ γS₁/M − x̂·Σ γS₂/M), sums over the group's channels.
  register(
    "GroupNorm",
    { inputs: ["x", "weight"], outputs: [false, true, true] },
    (dy, saved, { groups }) => {
      const [x, weight, standard, deviation] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const [batch, channels] = x.shape as [number, number];
      const [count, width] = [groups as number, channels / (groups as number)];
      const planes = (t: tf.Tensor) => tf.reshape(t, [batch, channels, -1]);
      const first = tf.sum(planes(dy), -1);
      const second = tf.sum(tf.mul(planes(dy), planes(standard)), -1);
      return {
        bias: () => tf.sum(first, 0),
        weight: () => tf.sum(second, 0),
        x: () => {
          const size = x.size / batch / count;
          const perGroup = (sums: tf.Tensor) => {
            const total = tf.sum(tf.reshape(tf.mul(sums, weight), [batch, count, width]), -1, true);
            return tf.mul(total, tf.div(deviation, size));
          };
          const perChannel = (value: tf.Tensor) => tf.reshape(tf.tile(value, [1, 1, width]), [-1]);
          const plane = [1, batch * channels, x.size / batch / channels];
          const ownScale = tf.reshape(
            tf.mul(tf.reshape(weight, [1, count, width]), tf.reshape(deviation, [batch, count, 1])),
            [-1],
          );
          const straight = kernel("ChannelAffine", {
            x: tf.reshape(dy, plane),
            scale: ownScale,
            shift: tf.neg(perChannel(perGroup(first))),
          }, {});
          const along = tf.mul(
            tf.reshape(standard, plane),
            tf.reshape(perChannel(perGroup(second)), [1, batch * channels, 1]),
          );
          return tf.reshape(tf.sub(straight, along), x.shape);
        },
      };
    },
  );
  // y = x·s with s = sigmoid(αx): ∂x = dy·s·(1 + α(x − y))
  register("SigmoidGate", { inputs: ["x"], outputs: [true] }, (dy, [x, y], { alpha }) => ({
    x: () => {
      const scaled = (t: tf.Tensor) => alpha === 1 ? t : tf.mul(t, alpha as number);
      const rest = scaled(tf.sub(x as tf.Tensor, y as tf.Tensor));
      return tf.mul(dy, tf.mul(tf.sigmoid(scaled(x as tf.Tensor)), tf.add(rest, 1)));
    },
  }));
  // y = x·Φ(x): ∂x = dy·(Φ(x) + x·φ(x)); with u = x/√2: Φ = (1 + erf u)/2 and x·φ = u/(√π e^u²), in as few passes as there are kernels for
  register("GeluErf", { inputs: ["x"] }, (dy, [x]) => ({
    x: () => {
      const u = tf.mul(x as tf.Tensor, Math.SQRT1_2);
      const cumulative = kernel("HardSigmoid", { x: tf.erf(u) }, { alpha: 0.5, beta: 0.5 });
      const dense = tf.mul(tf.div(u, tf.exp(tf.mul(u, u))), 1 / Math.sqrt(Math.PI));
      return tf.mul(dy, tf.add(cumulative, dense));
    },
  }));
  register("UpsampleNearest", { inputs: ["x"] }, (dy, [x], { factor }) => ({
    x: () => {
      const [batch, channels, height, width] = (x as tf.Tensor).shape as [number, number, number, number];
      const f = factor as number;
      return tf.sum(tf.reshape(dy, [batch, channels, height, f, width, f]), [3, 5]);
    },
  }));
  register("InterleavePhases", {}, (dy) => ({ x: () => kernel("SeparatePhases", { x: dy }, {}) }));
  register("Embedding", { inputs: ["weight", "ids"] }, (dy, [weight, ids]) => ({
    weight: () => {
      const [rows, dim] = (weight as tf.Tensor).shape as [number, number];
      const hot = tf.oneHot(tf.reshape(ids as tf.Tensor, [-1]) as tf.Tensor1D, rows, 1, 0, "float32");
      return tf.matMul(hot as tf.Tensor2D, tf.reshape(dy, [-1, dim]) as tf.Tensor2D, true, false);
    },
  }));
}
