/** `deno task jobs`: what was submitted to Slurm, without the process that submitted it. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { oneOf, readOptions } from "../setting/command_line.ts";
import { attach, countsText } from "./attach.ts";
import { cancelJobs } from "./slurm.ts";
import {
  cancelledPath,
  type StageState,
  statesOf,
  submissionFolder,
  submissionOf,
  submissionsIn,
} from "./submission.ts";
import { resubmit } from "./submit.ts";

const ACTIONS = ["status", "logs", "attach", "cancel", "retry"] as const;

/** Lines of a log that are shown of a stage that failed. */
const LINES = 20;

export const JOBS_HELP = `deno task jobs [status|logs|attach|cancel|retry] [ID] [STAGE] [options]

Jobs that a command has submitted with --executor slurm, without the process that did. Without anything it lists the submissions.
  status ID        how far each stage is, on which node, and why it failed
  logs ID [STAGE]  the log of a stage; without one the last lines of those that failed
  attach ID        stays until all jobs have ended and tells what changes; the command that was submitted collects
  cancel ID        cancels all jobs of it; what is computed stays
  retry ID         submits what failed, was cancelled or was left out again, with the same code

  --cache DIR      where computed stages are kept (default .cache)
  --json           print the states as JSON
  --help           this text

Example: deno task jobs status table1-3fa9c1
`;

/** A stage's line. */
const lineOf = ({ id, state, text, task }: StageState, widest: number): string =>
  `${state.padEnd(9)}  ${id.padEnd(widest)}  ${task.task.padEnd(9)}  ${text}`.trimEnd();

function tailOf(path: string, lines: number): string {
  if (!existsSync(path)) return `${path}: no log yet\n`;
  return `== ${path}\n${readFileSync(path, "utf8").trimEnd().split("\n").slice(-lines).join("\n")}\n`;
}

/** Runs the command. @throws UserError for a mistake in what was asked, and when Slurm refuses; StagesFailed when stages are missing that it waited for */
export async function jobs(
  args: readonly string[],
  { out, cacheFolder: usual, signal }: {
    readonly out: (text: string) => void;
    readonly cacheFolder: string;
    /** Stops watching. */
    readonly signal?: AbortSignal;
  },
): Promise<void> {
  const { flags, values, positionals } = readOptions(args, { cache: "value", json: "flag", help: "flag" });
  if (flags.has("help")) return out(JOBS_HELP);
  const cacheFolder = values.get("cache") ?? usual;
  const [first, id, stage, ...rest] = positionals;
  if (rest.length > 0) {
    throw new UserError(`jobs expects an action, an id and a stage, got also "${rest.join(" ")}"`);
  }
  if (first === undefined) {
    const all = submissionsIn(cacheFolder);
    if (all.length === 0) return out(`No submissions in ${cacheFolder}\n`);
    for (const each of all) {
      out(`${each.id}  ${each.submittedAt}  ${countsText(await statesOf(each, cacheFolder))}\n`);
    }
    return;
  }
  const action = oneOf("jobs", first, ACTIONS);
  if (id === undefined) {
    throw new UserError(`jobs ${action} expects the id of a submission, got none; jobs lists them`);
  }
  if (stage !== undefined && action !== "logs") {
    throw new UserError(`jobs ${action} expects an id alone, got also "${stage}"`);
  }
  const submission = submissionOf(id, cacheFolder);
  switch (action) {
    case "status": {
      const states = await statesOf(submission, cacheFolder);
      if (flags.has("json")) return out(`${JSON.stringify(states, null, 2)}\n`);
      const widest = Math.max(...states.map((each) => each.id.length));
      return out(`${states.map((each) => lineOf(each, widest)).join("\n")}\n\n${countsText(states)}\n`);
    }
    case "logs": {
      if (stage !== undefined) {
        const name = oneOf(`jobs logs ${id}`, stage, Object.keys(submission.tasks));
        return out(tailOf(submission.tasks[name]?.log || name, Infinity));
      }
      const failed = (await statesOf(submission, cacheFolder)).filter(({ state }) => state === "failed");
      if (failed.length === 0) return out("No stage has failed; jobs logs ID STAGE shows the log of one\n");
      for (const { id, text, task } of failed) out(`${id}: ${text}\n${tailOf(task.log, LINES)}`);
      return;
    }
    case "attach":
      await attach(submission, {
        cacheFolder,
        write: (line) => out(`${line}\n`),
        signal: signal ?? new AbortController().signal,
      });
      return out(`All stages of ${id} are done; the command that submitted it collects\n`);
    case "cancel":
      // Where the disk is full jobs learn it from Slurm alone.
      await atomicWrite(cancelledPath(submissionFolder(id, cacheFolder)), "").catch(() => {});
      await cancelJobs(submission.jobs);
      return out(`Cancelled ${id}; deno task jobs retry ${id} submits what is missing\n`);
    case "retry": {
      const again = await resubmit(submission, cacheFolder);
      if (again === undefined) return out("Nothing to retry: all stages are done, wait or run\n");
      return out(`Submitted ${again.jobs.slice(submission.jobs.length).join(", ")} for ${id}\n`);
    }
  }
}
