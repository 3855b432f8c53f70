/** What an experiment needs at the paper's scale before anything can be computed. */
import { findCached, hubSettings } from "../../lib/hub/mod.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import type { ControlnetName } from "../../lib/tasks/controlnets/mod.ts";
import { hasControl, linesPath } from "../paper/pair_lines.ts";
import { missingPairs, missingRoles, taskFolder, TRAINING_ROLES } from "../paper/paper_inputs.ts";
import { paperFile, type PaperRole } from "../paper/paper_files.ts";
import type { RunRequest } from "../setting/experiment.ts";

/**
 * One sentence: which weights and pairs are missing, and where they are looked for; nothing when all are there.
 *
 * @throws UserError when the folder of the weights is not there.
 */
export function paperScaleNeeds(
  experiment: string,
  { models, data }: Pick<RunRequest, "models" | "data">,
  { roles = TRAINING_ROLES, tasks = TASKS, controls = {} }: {
    /** The weights; those of a training if absent. */
    readonly roles?: readonly PaperRole[];
    /** Whose pairs are read; all tasks' if absent. */
    readonly tasks?: readonly TaskId[];
    /** ControlNets that are shown the tasks' held-out targets. */
    readonly controls?: Readonly<Partial<Record<TaskId, ControlnetName>>>;
  } = {},
): string | undefined {
  const doing = `Running ${experiment} at paper scale needs real weights and data, expected`;
  const folders = { ...(models === undefined ? {} : { models }), ...(data === undefined ? {} : { data }) };
  const missing = missingRoles(folders, roles);
  if (missing.length > 0) {
    const { cache } = hubSettings();
    const wanted = roles.map((role) => {
      const file = paperFile(role);
      const found = !missing.includes(role) || findCached(cache, file) !== undefined;
      return `${file.repo}/${file.path}${found ? " [found]" : ""}`;
    });
    const optional = missing.filter((role) => paperFile(role).neededBy.length === 0)
      .map((role) => paperFile(role).part);
    const fetches = `deno task models --scale paper --download fetches ${
      optional.length === 0 ? "them" : `all but ${optional.join(", ")}`
    }`;
    return `${doing} ${wanted.join("; ")} in ${models ?? "a folder given by --models"} or in ${cache} ` +
      `(${fetches}); use --scale mini, which needs none`;
  }
  if (data === undefined && tasks.length > 0) {
    return `${doing} --data DIR with a folder of pairs for each of ${
      tasks.join(", ")
    }, got none; deno task data build makes them`;
  }
  const [pairs] = missingPairs(folders, tasks);
  if (pairs !== undefined) return `${doing} ${pairs}, got none; deno task data build makes it`;
  for (const task of tasks) {
    const control = controls[task];
    if (control === undefined || hasControl(task, taskFolder(folders, task), control)) continue;
    return `${doing} what the ${control} ControlNet is shown, pictures "${control}" in ${
      linesPath(taskFolder(folders, task), "val")
    }, got none; deno task data build makes them where its sources tell, --tasks leaves ${task} out`;
  }
  return undefined;
}
