/** Code of stages at the paper's scale: it is given the user's folders, and a stage's key holds the hashes of what it reads there. */
import type { Json } from "../../lib/hub/mod.ts";
import type { StageCode } from "../runner/mod.ts";
import type { ScoreRequest } from "../setting/model_requests.ts";
import type { RunRequest } from "../setting/experiment.ts";
import { modelHashes, type PairCounts, pairHashes, type PaperFolders, ROLES } from "../paper/paper_inputs.ts";
import type { PaperRole } from "../paper/paper_files.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";

/** What such a stage reads of the user's. */
export interface PaperReads {
  /** What it reads weights for; none if absent. */
  readonly weights?: keyof typeof ROLES;
  /** What else a configuration asks weights for; nothing if absent. */
  readonly also?: (config: Json) => readonly PaperRole[];
  /** The first pairs of tasks that a configuration asks for; none if absent. */
  readonly pairs?: (config: Json) => readonly ReadPairs[];
}

/** The first pairs of a task. */
interface ReadPairs extends PairCounts {
  readonly task: TaskId;
}

/** The held-out pairs of a request for scores. */
export function heldOutOf(config: Json): ReadPairs[] {
  const { task, items } = config as ScoreRequest;
  return [{ task, trainItems: 0, validationItems: items }];
}

/** Makers of such code for a request's folders; weights are hashed once. @throws UserError when there is no such folder. */
export function paperStages({ models, data }: Pick<RunRequest, "models" | "data">) {
  const folders: PaperFolders = {
    ...(models === undefined ? {} : { models }),
    ...(data === undefined ? {} : { data }),
  };
  const weights = modelHashes(folders, ROLES.training);
  const weightsOf = (roles: readonly string[]) =>
    Object.fromEntries(
      Object.entries(weights).filter(([name]) =>
        roles.some((role) => name === role || name === `${role} config.json`)
      ),
    );
  return {
    weights,
    /** The code, whose last argument are the folders. */
    stage<Given extends readonly unknown[], Result>(
      code: StageCode<(...args: [...Given, PaperFolders]) => Result>,
      reads: PaperReads,
    ): StageCode<(...args: Given) => Result> {
      return {
        ...code,
        async load() {
          const compute = await code.load();
          return (...args) => compute(...args, folders);
        },
        hashes: (config) => ({
          ...(reads.weights && weightsOf(ROLES[reads.weights])),
          ...(reads.also && modelHashes(folders, reads.also(config))),
          ...Object.assign(
            {},
            ...(reads.pairs?.(config) ?? []).map((pairs) => pairHashes(folders, pairs.task, pairs)),
          ),
        }),
      };
    },
  };
}

/** The code of a request's scale; what the paper's `reads` of the user's is part of its stages' keys. @throws UserError when the folder of the weights is not there. */
export const codeAt = <Given extends readonly unknown[], Result>(
  request: RunRequest,
  { mini, paper, reads }: {
    readonly mini: StageCode<(...args: Given) => Result>;
    readonly paper: StageCode<(...args: [...Given, PaperFolders]) => Result>;
    readonly reads: PaperReads;
  },
): StageCode<(...args: Given) => Result> =>
  request.scale === "mini" ? mini : paperStages(request).stage(paper, reads);
