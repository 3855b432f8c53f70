/** One large matrix product through our engine: what this machine can do at best, measured in turn with everything else. */
import { host, key, normal, type Tensor, tf } from "../../lib/engine/mod.ts";
import { inferenceWork } from "./inference_work.ts";
import { openProgram } from "./open_program.ts";
import type { Work } from "../timing/work.ts";

/** `batch` is the side of both matrices. */
export interface GemmConfig {
  readonly batch: number;
}

/** Numbers that fill both matrices, over and over; prime, so that rows differ. */
const NUMBERS = 4099;

export const GEMM: Work<GemmConfig> = {
  title: "Matrix product",
  run: "a product",
  batch: 2048,
  config: (batch) => ({ batch }),
  makeCase: (config, seed) => ({
    config,
    weights: {},
    batch: { numbers: host(normal(key(`bench gemm ${seed}`), NUMBERS), [NUMBERS]) },
  }),
  checked: ({ batch }) => ({ product: [batch, batch] }),
  async open({ config, batch }, options) {
    const shape = [config.batch, config.batch];
    const { data } = batch["numbers"]!;
    const matrix = () =>
      host(Float32Array.from({ length: config.batch ** 2 }, (_, i) => data[i % NUMBERS]!), shape);
    const feeds = { a: matrix(), b: matrix() };
    const program = await openProgram(
      (_frozen, _state, { a, b }) => ({ outputs: { product: tf.matMul(a as Tensor, b as Tensor) } }),
      { inputs: { a: { shape }, b: { shape } } },
      options,
    );
    return inferenceWork(() => program.run(feeds), () => program.dispose());
  },
};
