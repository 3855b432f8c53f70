import type { Provenance } from "./table1_result.ts";

/**
 * Provenance as a run records it now; of older results the optional fields are missing. It is apart from `Provenance` because the
 * module of that is part of the code version of stages that are computed already.
 */
export interface RunProvenance extends Provenance {
  /** Commit of the working tree when the newest stage was computed; null outside a git checkout. */
  readonly commit: string | null;
  /** Whether tracked files differed from the commit when any stage behind the result was computed; null where that is not known. */
  readonly dirty: boolean | null;
  /** Bytes of memory. */
  readonly memory?: number;
  /** Name, release and architecture of the operating system. */
  readonly system?: string;
  /** Seconds by stage id, of every stage behind the result; without `stageKeys`, of the summary's parents only. */
  readonly wallTimePerStage: Readonly<Record<string, number>>;
  /** Key by stage id: results that share a stage have the same key of it. A stage without seconds was gone from the cache. */
  readonly stageKeys?: Readonly<Record<string, string>>;
}
