/** The program that executors start: a job's one stage, or stages as they are asked for. */
import { jobStage } from "./job_stage.ts";
import type { ExperimentEntry } from "./plan_file.ts";
import { EXIT, serveStages } from "./stage_process.ts";

/** Runs it; the exit code. */
export async function stageProgram(
  args: readonly string[],
  experiments: readonly ExperimentEntry[],
): Promise<number> {
  const [plan, stage] = args;
  if (plan === undefined || args.length > 2) {
    console.error(`run_stage.ts expects a plan and at most one stage, got "${args.join(" ")}"`);
    return EXIT.mistake;
  }
  return stage === undefined
    ? await serveStages(plan, experiments)
    : await jobStage(plan, stage, experiments);
}
