/** A stage: one step of an experiment whose output is determined by its key, and is computed once. */
import type { Json } from "../../lib/hub/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { CodeEntry } from "./reached_code.ts";
import type { Watched } from "./training_log.ts";

/** A step of an experiment. */
export interface Stage {
  /** Name in file names, progress and provenance, e.g. "train-style-seed1": letters, digits, "-". */
  readonly id: string;
  /** What it does, for people. */
  readonly title: string;
  /** What it is, where that matters: `--retrain` computes trainings again. */
  readonly kind?: "training";
  /** Everything that determines the output besides code, data files and parents. */
  readonly config: Json;
  /** The functions that compute it: what they reach is its code version; see `codeVersions()`. */
  readonly code: readonly CodeEntry[];
  /** SHA-256 by path of data files it reads, e.g. checkpoints. */
  readonly data: Readonly<Record<string, string>>;
  readonly parents: readonly Stage[];
  /** Estimate for plans, in seconds. */
  readonly expectedSeconds: number;
  /** 10⁹ operations, where they are counted: tells what it takes on a device whose seconds are not known. */
  readonly gigaflop?: number;
  /** Computes the output: writes its files through the context. */
  run(context: StageContext): Promise<void>;
}

/** Stages with all their ancestors, parents first, each once. */
export function inOrder(targets: readonly Stage[]): Stage[] {
  const order = new Set<Stage>();
  const visit = (stage: Stage) => {
    if (order.has(stage)) return;
    stage.parents.forEach(visit);
    order.add(stage);
  };
  targets.forEach(visit);
  const ids = new Set<string>();
  for (const { id } of order) {
    if (ids.has(id)) throw new RangeError(`An experiment needs each stage id once, got "${id}" twice`);
    ids.add(id);
  }
  return [...order];
}

/** A finished stage, read from the cache; every byte was checked against its hash. */
export interface StageOutput {
  readonly id: string;
  readonly key: string;
  /** Seconds it took to compute, all sessions of a resumed one added up. */
  readonly seconds: number;
  /** Where and with what it was computed. */
  readonly origin: StageOrigin;
  /** SHA-256 by path of the data files it read. */
  readonly data: Readonly<Record<string, string>>;
  /** Names of its files. */
  readonly files: readonly string[];
  bytes(name: string): Promise<Uint8Array>;
  text(name: string): Promise<string>;
  json<T extends Json>(name: string): Promise<T>;
}

/** The circumstances under which a stage was computed. */
export interface StageOrigin {
  readonly commit: string | null;
  readonly dirty: boolean | null;
  readonly device: string;
  readonly threads: number;
  /** Bytes of memory; older outputs do not say. */
  readonly memory?: number;
  /** Name, release and architecture of the operating system, likewise. */
  readonly system?: string;
  /** Name of the machine; of a node, where a scheduler ran the stage. */
  readonly host?: string;
  /** The scheduler's name of the job, and how often it was requeued; absent outside of one. */
  readonly job?: string;
  readonly requeues?: number;
  readonly versions: Readonly<Record<string, string>>;
  /** When it was finished, ISO 8601. */
  readonly finishedAt: string;
}

/** A stage that a running one depends on, directly or through others. */
export interface Ancestor {
  readonly id: string;
  readonly key: string;
  /** Undefined where it is gone from the cache and only cached stages read it. */
  readonly output: StageOutput | undefined;
}

/** A saved intermediate state of a stage. */
export interface Checkpoint {
  readonly step: number;
  readonly files: Readonly<Record<string, Uint8Array>>;
  readonly state: Json;
}

/** What a running stage is given. */
export interface StageContext {
  /** Outputs of the parents, by stage id. */
  readonly inputs: ReadonlyMap<string, StageOutput>;
  /** The output of one parent. @throws RangeError when there is no such parent. */
  input(id: string): StageOutput;
  /** The parents and all that stand behind them, each once, after what it depends on. */
  readonly ancestors: readonly Ancestor[];
  /** Writes one file of the output. */
  write(name: string, content: Uint8Array | string): void;
  /**
   * Tells how far the stage is. Throws `Stopped` when the user asked to stop (Ctrl-C): save a checkpoint first where
   * `signal.aborted`, then call this. A training shows more of a step in `watched`, which has no part in the output.
   */
  progress(done: number, total: number, unit: string, watched?: Watched): void;
  /**
   * Shows what a training's weights make as they are now; it has no part in the output either. `pictures` is called whenever a checkpoint is
   * saved, and at the end, once a step was shown.
   */
  watch(pictures: () => Promise<RgbPicture>): void;
  /** Tells the user something once, e.g. that a file was rebuilt. */
  notice(text: string): void;
  /** Saves an intermediate state, atomically; the two newest are kept until the stage is finished. */
  saveCheckpoint(step: number, files: Readonly<Record<string, Uint8Array>>, state?: Json): Promise<void>;
  /** The newest sound checkpoint; a corrupted one is deleted, with a notice. */
  loadLatestCheckpoint(): Promise<Checkpoint | undefined>;
  /** Aborted when the user asked to stop. */
  readonly signal: AbortSignal;
  /** Root of all derived files. */
  readonly cacheFolder: string;
}

/** The user asked to stop. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** What happens during a run, in order. */
export type RunEvent =
  | { readonly kind: "started"; readonly stage: Stage; readonly reason: string }
  | { readonly kind: "cached"; readonly stage: Stage }
  | { readonly kind: "finished"; readonly stage: Stage; readonly seconds: number }
  | {
    readonly kind: "progress";
    readonly stage: Stage;
    readonly done: number;
    readonly total: number;
    readonly unit: string;
  }
  | { readonly kind: "notice"; readonly stage: Stage; readonly text: string }
  | { readonly kind: "failed"; readonly stage: Stage; readonly text: string };
