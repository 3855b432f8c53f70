/** What an experiment needs at the paper's scale before anything can be computed. */
import { findCached, hubSettings } from "../../lib/hub/mod.ts";
import { type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import { missingPairs, missingRoles, TRAINING_ROLES } from "../paper/paper_inputs.ts";
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
  { roles = TRAINING_ROLES, tasks = TASKS }: {
    /** The weights; those of a training if absent. */
    readonly roles?: readonly PaperRole[];
    /** Whose pairs are read; all tasks' if absent. */
    readonly tasks?: readonly TaskId[];
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
    return `${doing} ${wanted.join("; ")} in ${models ?? "a folder given by --models"} or in ${cache} ` +
      "(deno task models --scale paper --download fetches them); use --scale mini, which needs none";
  }
  if (data === undefined && tasks.length > 0) {
    return `${doing} --data DIR with a folder of pairs for each of ${
      tasks.join(", ")
    }, got none; deno task data build makes them`;
  }
  const [pairs] = missingPairs(folders, tasks);
  if (pairs === undefined) return undefined;
  return `${doing} ${pairs}, got none; deno task data build makes it`;
}
