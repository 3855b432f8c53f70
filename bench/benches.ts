/**
 * What `deno task bench` can measure, by name: help, options and table follow from this list. Modules are loaded when they are needed: the
 * engine takes a second.
 */
import type { WorkBenchOptions } from "./bench_work.ts";
import type { Device } from "../experiments/setting/experiment.ts";
import type { PaperPart } from "./paper/part_names.ts";
import type { Mode, PeerName } from "./timing/side.ts";
import type { Bars } from "./timing/bars.ts";
import { type ListedWork, WORKS } from "./works/mod.ts";

/** What was asked for on the command line. */
export interface BenchOptions {
  readonly repetitions: number;
  /** Samples of a run; each work's own number if absent. */
  readonly batch?: number;
  /** Those of {@link Bench.peers} that were asked for. */
  readonly peers: readonly PeerName[];
  /** Ways to run PyTorch. */
  readonly modes: readonly Mode[];
  /** Steps of the memory measurement. */
  readonly steps: number;
  /** Where the paper's models run; cpu if absent. */
  readonly device?: Device;
  /** Folder of kept results; none if absent. */
  readonly out?: string;
  /** Parts of the paper's models; all if absent. */
  readonly parts?: readonly PaperPart[];
  readonly cacheFolder: string;
  readonly notice: (text: string) => void;
}

/** A measurement. */
export interface Bench {
  /** What it measures, for the command's help. */
  readonly about: string;
  readonly peers: readonly PeerName[];
  /** What is wanted beside the peers. */
  readonly bars: Bars;
  /** Whether `all` has it. */
  readonly inAll: boolean;
  /** Whether its batch can be chosen. */
  readonly batch: boolean;
  /** The result as JSON, and as text for a person. */
  run(options: BenchOptions): Promise<{ readonly result: object; readonly text: string }>;
}

/** The bench of a work. */
export function workBench(name: string, { about, peers, bars }: ListedWork): Bench {
  return {
    ...{ about, peers, bars },
    inAll: true,
    batch: true,
    async run({ batch, modes, peers, ...rest }) {
      const options: WorkBenchOptions = {
        ...rest,
        ...(batch === undefined ? {} : { batch }),
        pytorch: peers.includes("pytorch") ? modes : [],
        tfjs: peers.includes("tfjs"),
      };
      const { benchWork } = await import("./bench_work.ts");
      const { describeBench } = await import("./describe.ts");
      const result = await benchWork(name, options);
      return { result, text: describeBench(result, bars) };
    },
  };
}

/** What only measures ourselves. */
const ALONE = { peers: [], bars: {}, inAll: false, batch: false } as const;

/** All benches. A peer that is not in a bench's list cannot do its work. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  ...Object.fromEntries(Object.entries(WORKS).map(([name, listed]) => [name, workBench(name, listed)])),
  tsne: {
    about: "t-SNE of 5,000 instructions, perplexity 30, 1,000 iterations",
    peers: ["scikit-learn"],
    bars: { time: { "scikit-learn": 5 } },
    inAll: true,
    batch: false,
    async run({ repetitions, peers, cacheFolder, notice }) {
      const { benchTsne } = await import("./tsne.ts");
      const { describeBench } = await import("./describe.ts");
      const peer = peers.includes("scikit-learn") ? { peer: "scikit-learn" as const } : {};
      const result = await benchTsne({ repetitions, cacheFolder, notice, ...peer });
      return { result, text: describeBench(result, this.bars) };
    },
  },
  paper: {
    ...ALONE,
    about:
      `the paper's models at full size with random weights, 3.3 GB on disk: a guided denoising step, decoding, encoding,
a training step; each in a process of its own, which may need 22 GB of memory`,
    peers: ["pytorch"],
    async run({ peers, ...rest }) {
      const { benchPaper, describePaper } = await import("./paper/bench_paper.ts");
      const result = await benchPaper({ ...rest, pytorch: peers.includes("pytorch") });
      return { result, text: describePaper(result) };
    },
  },
  scaling: {
    ...ALONE,
    about: "the training step at batches from 8 to 128",
    async run(options) {
      const { benchScaling, describeScaling } = await import("./scaling.ts");
      const result = await benchScaling(options);
      return { result, text: describeScaling(result) };
    },
  },
  start: {
    ...ALONE,
    about: "seconds until the training step has run, with and without a kept graph",
    batch: true,
    async run(options) {
      const { benchStart, describeStart } = await import("./start.ts");
      const result = await benchStart(options);
      return { result, text: describeStart(result) };
    },
  },
  memory: {
    ...ALONE,
    about: "memory of a training in the second and in the last tenth of its steps",
    async run(options) {
      const { benchMemory, describeMemory } = await import("./memory.ts");
      const result = await benchMemory(options);
      return { result, text: describeMemory(result) };
    },
  },
};
