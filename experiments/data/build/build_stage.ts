/**
 * Building a task's pairs as a workload of one stage, so that a job of a cluster can compute it. The pairs lie in their own folder; the
 * stage's output is the report. What a build reads no key could name (folders of pictures, weights), so each build that was asked for is a
 * stage of its own, told apart by its `run`.
 */
import type { WorkloadRequest } from "../../jobs/workload.ts";
import { holderText } from "../../runner/holder.ts";
import type { Stage, StageOutput } from "../../runner/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import type { BuildReport } from "./build_dataset.ts";

/** Id of the workload. */
export const BUILDING = "data-build";
/** Name of the report in the output. */
const REPORT = "report.json";

/** Which build. */
export interface BuildJobRequest extends WorkloadRequest {
  readonly task: TaskId;
  /** An absolute path, as those in `values`. */
  readonly folder: string;
  /** Values of the command's options. */
  readonly values: Readonly<Record<string, string>>;
  readonly run: string;
}

/** Name of the stage of a task's build. */
export const buildStageId = (task: TaskId): string => `${BUILDING}-${task}`;

/** The stage that builds. Its journal in the folder is what a requeued job goes on from. */
export function buildStage({ task, folder, values, run }: BuildJobRequest): Stage {
  return {
    id: buildStageId(task),
    title: `Building ${task} pairs in ${folder}`,
    config: { task, folder, values, run },
    code: [],
    data: {},
    parents: [],
    // Nobody knows: models may generate the targets.
    expectedSeconds: 0,
    async run({ progress, notice, signal, write }) {
      const { buildCommand } = await import("./build_command.ts");
      const report = await buildCommand(task, folder, {
        values: new Map(Object.entries(values)),
        progress: (done, total) => progress(done, total, "pairs"),
        onWait: (holder) => notice(`${holderText(holder)} builds into ${folder}; waiting`),
        signal,
      });
      write(REPORT, `${JSON.stringify(report, null, 2)}\n`);
    },
  };
}

/** What a build told. */
export const reportOf = async (output: StageOutput): Promise<BuildReport> =>
  JSON.parse(await output.text(REPORT)) as BuildReport;

/** The workload. */
export const workload = {
  targets: (request: BuildJobRequest): readonly Stage[] => [buildStage(request)],
  prepare: (): Promise<void> => Promise.resolve(),
};
