/** Our side of `bench train`: the compiled adapter step as the experiments train with it. */
import { readFileSync } from "node:fs";
import process from "node:process";
import { host, type HostParams, leaf, type Shapes } from "../lib/engine/mod.ts";
import { ADAMW, unflattenHost } from "../lib/training/mod.ts";
import { compileAdapterStep } from "../experiments/mini/adapter_training.ts";
import type { Side } from "./side.ts";
import { adapterShapesOf, type TrainCase } from "./train_case.ts";

/** How our side runs. */
export interface OwnOptions {
  readonly threads: number;
  /** Learning rate of every step. */
  readonly learningRate: number;
}

/**
 * The clipped gradient of the first step. AdamW starts from zero moments, so its first moment after one step is (1 − β₁) g.
 *
 * @param moment `m` after the first step, flat.
 */
function firstGradient(moment: HostParams[string], shapes: Shapes): HostParams {
  const share = 1 - ADAMW.betas[0];
  return unflattenHost(host(Float32Array.from(moment.data, (value) => value / share), moment.shape), shapes);
}

/** Compiles the step. Idle threads wait busily within a step, as PyTorch's do. */
export async function ownSide(trainCase: TrainCase, options: OwnOptions): Promise<Side> {
  const { config, base, adapter, batch } = trainCase;
  const { threads, learningRate } = options;
  const step = await compileAdapterStep({
    base,
    projection: config.projection,
    adapter,
    batch: config.batch,
    imageShape: [config.imageTokens, config.projection.embedding_dim_image_embeds],
    compile: { threads, spin: true },
  });
  let done = 0;
  const run = () => step.run(batch, { step: done++, learningRate });
  return {
    name: "ours",
    threads,
    versions: { deno: Deno.version.deno, ...pinnedVersions("onnxruntime-node", "@tensorflow/tfjs") },
    async check(steps) {
      const { loss, gradientNorm: norm } = await run();
      // The optimiser's vectors hold the weights in the order in which the adapter names them.
      const shapes = Object.fromEntries(Object.entries(adapter).map(([name, { shape }]) => [name, shape]));
      const named = firstGradient(leaf(step.snapshot(), "m"), shapes);
      const gradients = Object.fromEntries(
        Object.keys(adapterShapesOf(config)).map((name) => [name, leaf(named, name)]),
      );
      const losses = [loss];
      while (losses.length < steps) losses.push((await run()).loss);
      return { losses, norm, gradients };
    },
    async time(steps) {
      await run();
      const milliseconds: number[] = [];
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await run();
        milliseconds.push(performance.now() - start);
      }
      return milliseconds;
    },
    usage() {
      const { user, system } = process.cpuUsage();
      return Promise.resolve({
        cpuSeconds: (user + system) / 1e6,
        peakMemoryMiB: process.resourceUsage().maxRSS / 1024,
      });
    },
    close: () => step.dispose(),
  };
}

/** The versions that deno.json pins. */
function pinnedVersions(...names: readonly string[]): Record<string, string> {
  const { imports } = JSON.parse(readFileSync(new URL("../deno.json", import.meta.url), "utf8")) as {
    imports: Record<string, string>;
  };
  return Object.fromEntries(names.map((name) => [name, imports[name]?.split("@").at(-1) ?? "unknown"]));
}
