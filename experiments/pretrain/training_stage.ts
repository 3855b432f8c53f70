/** The training of a part as a workload of one stage, so that a job of a cluster can compute it. */
import { UserError } from "../../lib/engine/errors.ts";
import type { WorkloadRequest } from "../jobs/workload.ts";
import { checkpointFiles } from "../mini/checkpoints.ts";
import { partOf } from "../parts/mod.ts";
import { type Stage, stageCode, stageMaker } from "../runner/mod.ts";
import type { Start } from "./train_part.ts";

/** Id of the workload. */
export const PRETRAINING = "pretrain";

/** Which training. */
export interface PretrainRequest extends WorkloadRequest {
  readonly part: string;
  readonly start: Start;
}

/**
 * The stage that trains a part. The checkpoints that it reads are part of its key.
 *
 * @throws UserError when a checkpoint is missing, and for a length or start that another machine could not tell
 */
export function trainingStage({ part, start, device }: PretrainRequest): Stage {
  if (start.from === "working state") {
    throw new UserError("--executor slurm expects no --resume: a job goes on from what it saved by itself");
  }
  if (start.minutes !== undefined) {
    throw new UserError("--executor slurm expects --steps: --minutes is measured where it is computed");
  }
  const { recipe, reads } = partOf(part);
  const steps = start.steps ?? recipe.steps;
  const begun = start.from === "checkpoint" ? [part] : [];
  const code = stageCode("experiments/pretrain/compute_part.ts", "computePart", {
    from: () => import("./compute_part.ts"),
    data: checkpointFiles(...reads, ...begun),
  });
  return stageMaker(PRETRAINING, code)({
    id: `${PRETRAINING}-${part}`,
    title: `Training ${part}`,
    kind: "training",
    config: { part, from: start.from, steps, device },
    parents: [],
    // Nobody knows: machines and parts differ too much.
    expectedSeconds: 0,
    run: async (context) =>
      await (await code.load())({ part, start: { from: start.from, steps }, device }, context),
  });
}

/** The workload. */
export const workload = {
  targets: (request: PretrainRequest): readonly Stage[] => [trainingStage(request)],
  prepare: async ({ device }: PretrainRequest): Promise<void> =>
    await (await import("../../lib/engine/mod.ts")).checkDevice(device),
};
