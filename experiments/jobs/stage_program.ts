/** The program that executors start: a job's one stage, or stages as they are asked for. */
import { jobStage } from "./job_stage.ts";
import { EXIT, serveStages } from "./stage_process.ts";
import type { WorkloadEntry } from "./workload.ts";

/** Runs it; the exit code. */
export async function stageProgram(
  args: readonly string[],
  workloads: readonly WorkloadEntry[],
): Promise<number> {
  const [plan, stage] = args;
  if (plan === undefined || args.length > 2) {
    console.error(`run_stage.ts expects a plan and at most one stage, got "${args.join(" ")}"`);
    return EXIT.mistake;
  }
  return stage === undefined ? await serveStages(plan, workloads) : await jobStage(plan, stage, workloads);
}
