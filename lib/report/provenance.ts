/** Where the numbers of a result come from. */
import type { Commit, Count, NonEmptyText, PositiveCount, Seconds, Sha256 } from "./units.ts";

/** Where numbers come from. */
export interface Provenance {
  /** Commit of the working tree when the newest stage was computed; null outside a git checkout. */
  readonly commit: Commit | null;
  /** Whether tracked files differed from the commit when any stage behind the result was computed; null where that is not known. */
  readonly dirty: boolean | null;
  /** Execution provider and processor. */
  readonly device: string;
  /** Threads at hand. */
  readonly threads: PositiveCount;
  /** Versions by name of runtime and packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 over the data every number depends on. */
  readonly datasetHash: NonEmptyText;
  /** SHA-256 by path of the files that were read, the frozen parts' checkpoints among them. */
  readonly dataFiles: Readonly<Record<string, Sha256>>;
  /** Seconds by stage id, of every stage behind the result. */
  readonly wallTimePerStage: Readonly<Record<string, Seconds>>;
  /** Key by stage id: results that share a stage have the same key of it. A stage without seconds was gone from the cache. */
  readonly stageKeys: Readonly<Record<string, Sha256>>;
  /** Bytes of memory, where recorded. */
  readonly memory?: PositiveCount;
  /** Name, release and architecture of the operating system, likewise. */
  readonly system?: string;
  /** By stage id, of stages that a cluster's jobs computed: the node, the job, its device and how often it was requeued. */
  readonly jobs?: Readonly<Record<string, StageJob>>;
}

/** The job of a cluster that computed a stage. */
export interface StageJob {
  /** Name of the node. */
  readonly host: string;
  /** As the scheduler names it, e.g. "17_3". */
  readonly job: string;
  /** Execution provider and processor. */
  readonly device: string;
  /** How often it was requeued. */
  readonly requeues: Count;
}
