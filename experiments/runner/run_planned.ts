/** Computes one stage of a plan that another process made: its keys are taken as they were, so what runs is what was planned. */
import { UserError } from "../../lib/engine/errors.ts";
import { type ComputeOptions, computeStage } from "./compute_stage.ts";
import type { PlannedStage } from "./plan_stages.ts";
import type { Ingredients } from "./stage_key.ts";
import { outputOf, placeOf, readStage } from "./stage_store.ts";
import { inOrder, type Stage, type StageOutput } from "./stage.ts";

/** What a plan says of a stage, as it is handed to another process. */
export interface PlannedKey {
  readonly key: string;
  readonly ingredients: Ingredients;
  /** Whether it is computed although its sound output is in the cache. */
  readonly again: boolean;
}

/** The part of a plan that another process needs, by stage id. */
export const plannedKeys = (plan: readonly PlannedStage[]): Readonly<Record<string, PlannedKey>> =>
  Object.fromEntries(
    plan.map(({ stage, key, ingredients, again }) => [stage.id, { key, ingredients, again }]),
  );

/** Stages that a stage reads and that are not there. */
export class ParentsMissing extends UserError {
  constructor(readonly stage: string, readonly parents: readonly string[]) {
    super(`Computing ${stage} needs the output of ${parents.join(", ")}, found none in the cache`);
  }
}

/**
 * Computes the stage `id` of the graph behind `targets`.
 *
 * @throws ParentsMissing when a stage before it has not been computed, Stopped when the signal was aborted
 */
export async function runPlanned(
  id: string,
  targets: readonly Stage[],
  options: ComputeOptions & { readonly planned: Readonly<Record<string, PlannedKey>> },
): Promise<StageOutput> {
  const { planned, cacheFolder } = options;
  const all = inOrder(targets);
  const plannedOf = (stage: Stage): PlannedKey => {
    const found = planned[stage.id];
    if (found !== undefined) return found;
    throw new UserError(
      `Running a plan needs stages as they were planned, got ${stage.id}, which it has not`,
    );
  };
  const stage = all.find((each) => each.id === id);
  if (stage === undefined) {
    throw new UserError(`Running a plan needs stages as they were planned, got none named ${id}`);
  }
  const outputs = new Map<string, StageOutput>();
  for (const before of inOrder(stage.parents)) {
    const { key } = plannedOf(before);
    const place = placeOf(before, key, cacheFolder);
    const sealed = await readStage(place, key);
    if (sealed.state === "sound") outputs.set(before.id, outputOf(before, place, sealed.manifest));
  }
  const missing = stage.parents.filter((parent) => !outputs.has(parent.id));
  if (missing.length > 0) throw new ParentsMissing(id, missing.map((parent) => parent.id));
  const { key, ingredients, again } = plannedOf(stage);
  const keys = new Map(all.map((each) => [each, plannedOf(each).key]));
  const place = placeOf(stage, key, cacheFolder);
  return await computeStage({ stage, key, ingredients, again, place }, { outputs, keys }, options);
}
