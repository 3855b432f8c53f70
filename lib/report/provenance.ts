/** Where the numbers of a result come from. */

/** Where numbers come from. */
export interface Provenance {
  /** Commit of the working tree when the newest stage was computed; null outside a git checkout. */
  readonly commit: string | null;
  /** Whether tracked files differed from the commit when any stage behind the result was computed; null where that is not known. */
  readonly dirty: boolean | null;
  /** Execution provider and processor. */
  readonly device: string;
  /** Threads at hand. */
  readonly threads: number;
  /** Versions by name of runtime and packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** SHA-256 over the data every number depends on. */
  readonly datasetHash: string;
  /** SHA-256 by path of the files that were read, the frozen parts' checkpoints among them; results before November 2026 do not say. */
  readonly dataFiles?: Readonly<Record<string, string>>;
  /** Seconds by stage id, of every stage behind the result; without `stageKeys`, of the summary's parents only. */
  readonly wallTimePerStage: Readonly<Record<string, number>>;
  /** Key by stage id: results that share a stage have the same key of it. A stage without seconds was gone from the cache. Older results do not say. */
  readonly stageKeys?: Readonly<Record<string, string>>;
  /** Bytes of memory, likewise. */
  readonly memory?: number;
  /** Name, release and architecture of the operating system, likewise. */
  readonly system?: string;
}
