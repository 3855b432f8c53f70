/** What `deno task bench` can measure, by name. Modules are loaded when they are needed: the engine takes a second. */
import type { WorkBenchOptions } from "./bench_work.ts";
import type { Device } from "../experiments/setting/experiment.ts";
import type { PaperPart } from "./paper/part_names.ts";
import type { Mode, PeerName } from "./timing/side.ts";
import type { WorkName } from "./works/names.ts";

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
  readonly peers: readonly PeerName[];
  /** Whether `all` has it. */
  readonly inAll: boolean;
  /** Whether its batch can be chosen. */
  readonly batch: boolean;
  /** The result as JSON, and as text for a person. */
  run(options: BenchOptions): Promise<{ readonly result: object; readonly text: string }>;
}

function work(name: WorkName, peers: readonly PeerName[]): Bench {
  return {
    peers,
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
      return { result, text: describeBench(result) };
    },
  };
}

/** All benches. A peer that is not in a bench's list cannot do its work. */
export const BENCHES: Readonly<Record<string, Bench>> = {
  train: work("train", ["pytorch", "tfjs"]),
  pretrain: work("pretrain", ["pytorch"]),
  sample: work("sample", ["pytorch"]),
  encode: work("encode", ["pytorch"]),
  vae: work("vae", ["pytorch"]),
  tsne: {
    peers: ["scikit-learn"],
    inAll: true,
    batch: false,
    async run({ repetitions, peers, cacheFolder, notice }) {
      const { benchTsne } = await import("./tsne.ts");
      const { describeBench } = await import("./describe.ts");
      const peer = peers.includes("scikit-learn") ? { peer: "scikit-learn" as const } : {};
      const result = await benchTsne({ repetitions, cacheFolder, notice, ...peer });
      return { result, text: describeBench(result) };
    },
  },
  paper: {
    peers: ["pytorch"],
    inAll: false,
    batch: false,
    async run({ peers, ...rest }) {
      const { benchPaper, describePaper } = await import("./paper/bench_paper.ts");
      const result = await benchPaper({ ...rest, pytorch: peers.includes("pytorch") });
      return { result, text: describePaper(result) };
    },
  },
  scaling: {
    peers: [],
    inAll: false,
    batch: false,
    async run(options) {
      const { benchScaling, describeScaling } = await import("./scaling.ts");
      const result = await benchScaling(options);
      return { result, text: describeScaling(result) };
    },
  },
  start: {
    peers: [],
    inAll: false,
    batch: true,
    async run(options) {
      const { benchStart, describeStart } = await import("./start.ts");
      const result = await benchStart(options);
      return { result, text: describeStart(result) };
    },
  },
  memory: {
    peers: [],
    inAll: false,
    batch: false,
    async run(options) {
      const { benchMemory, describeMemory } = await import("./memory.ts");
      const result = await benchMemory(options);
      return { result, text: describeMemory(result) };
    },
  },
};
