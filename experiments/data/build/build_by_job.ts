/** `deno task data build --executor slurm`: a job builds the pairs; the command that finds it done tells what it made. */
import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";
import { atomicWrite, type Json } from "../../../lib/hub/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { cacheOf, computedWhere, type JobCommand, outputsOfJobs } from "../../jobs/job_command.ts";
import { configText, type Options, RUN_FILE } from "../../jobs/run_config.ts";
import { markCollected, uncollected } from "../../jobs/submission.ts";
import { canonicalJson } from "../../runner/mod.ts";
import { DEVICES } from "../../setting/experiment.ts";
import { oneOf } from "../../setting/command_line.ts";
import { BUILD_OPTIONS, checkBuild, pathOptions } from "./build_command.ts";
import type { BuildReport } from "./build_dataset.ts";
import { BUILDING, type BuildJobRequest, buildStageId, reportOf, workload } from "./build_stage.ts";

/** What is to be built, and where it is heard of. */
export interface BuildByJobOptions extends Pick<JobCommand<BuildJobRequest>, "console" | "entry"> {
  readonly options: Options;
  /** Where submissions are kept unless --cache says another. */
  readonly cacheFolder: string;
}

/** A build without its run. */
type Asked = Omit<BuildJobRequest, "run">;

/** The request as a job computes it, elsewhere: paths are absolute, and options that are no build's are left out. */
function requestOf(task: TaskId, folder: string, { values }: Options): Asked {
  const paths = pathOptions(task);
  const own = [...values].filter(([name]) => name in BUILD_OPTIONS)
    .map(([name, value]) => [name, paths.includes(name) ? resolve(value) : value] as const);
  return {
    task,
    folder: resolve(folder),
    values: Object.fromEntries(own.sort(([a], [b]) => a < b ? -1 : 1)),
    device: oneOf("--device", values.get("device") ?? "cpu", DEVICES),
  };
}

const sameBuild = ({ run: _, ...request }: BuildJobRequest, asked: Asked): boolean =>
  canonicalJson(request as unknown as Json) === canonicalJson(asked as unknown as Json);

/**
 * Submits, attaches or collects; the report, where there is one. The same build is begun anew once it was collected.
 *
 * @throws StagesFailed when the job failed, SlurmError when Slurm is not there or refuses, UserError as the build itself does
 */
export async function buildByJob(
  task: TaskId,
  folder: string,
  { options, console, entry, cacheFolder: usual }: BuildByJobOptions,
): Promise<BuildReport | undefined> {
  checkBuild(task, options.values);
  const cacheFolder = cacheOf(options, usual);
  const asked = requestOf(task, folder, options);
  const builds = () => uncollected<BuildJobRequest>(BUILDING, cacheFolder);
  const open = builds().findLast((each) => sameBuild(each.request, asked));
  const request = open?.request ?? { ...asked, run: randomBytes(6).toString("hex") };
  const outputs = await outputsOfJobs({
    ...{ workload, id: BUILDING, name: buildStageId(task), request, options, console, entry, cacheFolder },
  });
  const output = outputs?.get(buildStageId(task));
  if (output === undefined) return undefined;
  const report = await reportOf(output);
  await atomicWrite(join(request.folder, RUN_FILE), configText(options));
  console.err(`Built ${computedWhere(output)}`);
  for (const each of builds()) {
    if (each.request.run === request.run) await markCollected(each.id, cacheFolder);
  }
  return report;
}
