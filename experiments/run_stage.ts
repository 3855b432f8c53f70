/**
 * `run_stage.ts PLAN STAGE` computes one stage of a plan as a job of a cluster (`jobs/job_stage.ts`), `run_stage.ts PLAN` those that come on
 * its standard input (`jobs/stage_process.ts`). Started by executors, not by people.
 */
import process from "node:process";
import { FIGURES } from "./figures/mod.ts";
import { stageProgram } from "./jobs/stage_program.ts";
import { type WorkloadEntry, workloadsOf } from "./jobs/workload.ts";

/** What `reproduce`, `pretrain` and `data build` have computed elsewhere. */
const WORKLOADS: readonly WorkloadEntry[] = [
  ...workloadsOf(FIGURES),
  { id: "pretrain", load: async () => (await import("./pretrain/training_stage.ts")).workload },
  { id: "data-build", load: async () => (await import("./data/build/build_stage.ts")).workload },
];

process.exit(await stageProgram(process.argv.slice(2), WORKLOADS));
