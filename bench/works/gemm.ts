/** One large matrix product through our engine: what this machine can do at best, measured in turn with everything else. */
import { fold, host, key, normal, type Tensor, tf } from "../../lib/engine/mod.ts";
import { inferenceWork } from "./inference_work.ts";
import { openProgram } from "./open_program.ts";
import type { Work } from "./work.ts";

/** `batch` is the side of both matrices. */
export interface GemmConfig {
  readonly batch: number;
}

export const GEMM: Work<GemmConfig> = {
  title: "Matrix product",
  run: "a product",
  batch: 2048,
  config: (batch) => ({ batch }),
  draw(config, seed) {
    const from = key(`bench gemm ${seed}`);
    const shape = [config.batch, config.batch];
    const draw = (name: string) => host(normal(fold(from, name), config.batch ** 2), shape);
    return { config, weights: {}, batch: { a: draw("a"), b: draw("b") } };
  },
  checked: ({ batch }) => ({ product: [batch, batch] }),
  async open({ batch }, options) {
    const shape = batch["a"]!.shape;
    const program = await openProgram(
      (_frozen, _state, { a, b }) => ({ outputs: { product: tf.matMul(a as Tensor, b as Tensor) } }),
      { inputs: { a: { shape }, b: { shape } } },
      options,
    );
    return inferenceWork(() => program.run(batch), () => program.dispose());
  },
};
