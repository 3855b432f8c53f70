/**
 * Our side of the t-SNE bench, a process of its own; arguments, requests and answers as in bench/peers/scikit-learn/tsne.py.
 *
 *     deno run -A bench/tsne_serve.ts POINTS WIDTH PERPLEXITY ITERATIONS THREADS
 */
import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { pinnedVersion } from "../experiments/pictures/pinned_version.ts";
import { tsne } from "../lib/projection/mod.ts";

async function main([path = "", ...numbers]: readonly string[]): Promise<void> {
  const [width, perplexity, iterations, threads] = numbers.map(Number) as [number, number, number, number];
  const data = new Float32Array(Uint8Array.from(readFileSync(path)).buffer);
  const points = { data, count: data.length / width, width };
  const answer = (value: unknown) => console.log(JSON.stringify(value));
  answer({
    threads,
    versions: { deno: Deno.version.deno, "onnxruntime-node": pinnedVersion("onnxruntime-node") },
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line) as { do: string; path: string };
    if (request.do === "layout") {
      const start = performance.now();
      const { coordinates } = await tsne(points, { perplexity, iterations, threads });
      const milliseconds = performance.now() - start;
      writeFileSync(request.path, new Uint8Array(coordinates.buffer));
      answer({ milliseconds, iterations });
    } else if (request.do === "usage") {
      answer({ peakMemoryMiB: process.resourceUsage().maxRSS / 1024 });
    } else throw new Error(`Answering failed: expected layout or usage, got "${request.do}"`);
  }
}

if (import.meta.main) await main(Deno.args);
