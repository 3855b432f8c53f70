/** `deno task pretrain --executor slurm`: a job trains the part; the command that finds it done replaces the checkpoint. */
import { fileURLToPath } from "node:url";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { cacheOf, computedWhere, type JobCommand, outputsOfJobs } from "../jobs/job_command.ts";
import { configText, type Options, RUN_FILE } from "../jobs/run_config.ts";
import { CHECKPOINTS } from "../mini/checkpoints.ts";
import { partFile } from "./compute_part.ts";
import { writeCheckpoint } from "./train_part.ts";
import { PRETRAINING, type PretrainRequest, workload } from "./training_stage.ts";

/** Where a job's training is heard of and ends. */
export interface TrainByJobOptions extends Pick<JobCommand<PretrainRequest>, "console" | "entry"> {
  /** Where computed stages are kept unless --cache says another. */
  readonly cacheFolder: string;
  /** Folder of the checkpoints, ending in a slash. */
  readonly checkpoints?: URL;
}

/**
 * Submits, attaches or collects. The checkpoint's options are written beside it.
 *
 * @throws StagesFailed when the job failed, SlurmError when Slurm is not there or refuses
 */
export async function trainByJob(
  request: PretrainRequest,
  options: Options,
  { console, entry, cacheFolder, checkpoints = CHECKPOINTS }: TrainByJobOptions,
): Promise<void> {
  const { part } = request;
  const name = `${PRETRAINING}-${part}`;
  const outputs = await outputsOfJobs({
    ...{ workload, id: PRETRAINING, name, request, options, console, entry },
    cacheFolder: cacheOf(options, cacheFolder),
  });
  const output = outputs?.get(name);
  if (output === undefined) return;
  const written = await writeCheckpoint(part, {
    bytes: await output.bytes(partFile(part)),
    folder: checkpoints,
  });
  await atomicWrite(fileURLToPath(new URL(`${part}.${RUN_FILE}`, checkpoints)), configText(options));
  console.out(`${written}, computed ${computedWhere(output)} in ${Math.round(output.seconds)} s`);
}
