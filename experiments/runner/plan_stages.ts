/** What a run would do with each stage, and why. */
import { type Ingredients, ingredientsOf, keyOf, knownOf } from "./stage_key.ts";
import { placeOf, predecessorOf, readStage, type StagePlace } from "./stage_store.ts";
import type { Manifest, Sealed } from "../../lib/hub/mod.ts";
import { inOrder, type Stage } from "./stage.ts";

/** What will happen to a stage: read from the cache, computed, or left alone because nothing that must run asks for it. */
export type Action = "cached" | "run" | "not needed";

/** A stage within a plan. */
export interface PlannedStage {
  readonly stage: Stage;
  readonly key: string;
  readonly ingredients: Ingredients;
  readonly place: StagePlace;
  readonly action: Action;
  readonly reason: string;
  /** What is wrong with the output in the cache, where it is damaged. */
  readonly damage?: string;
  /** Whether it is computed although its sound output is in the cache. */
  readonly again: boolean;
  /** Whether sound or damaged output already lies there and is to be replaced. */
  readonly replaces: boolean;
  /** Step of the checkpoint a run would go on from. */
  readonly resumesAt: number | undefined;
  /** Seconds expected to run; 0 where nothing runs. */
  readonly expectedSeconds: number;
  /** The checked manifest, where the stage is cached. */
  readonly manifest: Manifest | undefined;
}

/**
 * Plans a run. Every cached output is read and checked by its hashes; corrupted ones will be computed again. A missing stage is
 * computed when it is a target or something that must run needs it.
 *
 * @param options.force stages to compute even when cached; what depends on them is computed again too
 */
export async function planStages(
  targets: readonly Stage[],
  options: { cacheFolder: string; force?: (stage: Stage) => boolean },
): Promise<PlannedStage[]> {
  const { cacheFolder, force = () => false } = options;
  const order = inOrder(targets);
  const known = await knownOf(order, { cacheFolder });
  const forced = new Set<Stage>();
  for (const stage of order) {
    if (force(stage) || stage.parents.some((parent) => forced.has(parent))) forced.add(stage);
  }
  const found: { stage: Stage; key: string; place: StagePlace; sealed: Sealed }[] = [];
  for (const stage of order) {
    const key = keyOf(stage, known);
    const place = placeOf(stage, key, cacheFolder);
    found.push({ stage, key, place, sealed: await readStage(place, key) });
  }
  const needed = new Set<Stage>(targets);
  const planned: PlannedStage[] = [];
  for (const { stage, key, place, sealed } of found.reverse()) {
    const base = {
      stage,
      key,
      place,
      ingredients: ingredientsOf(stage, known),
      again: forced.has(stage),
      replaces: sealed.state !== "missing",
    };
    const idle = { ...base, resumesAt: undefined, expectedSeconds: 0 };
    if (sealed.state === "sound" && !forced.has(stage)) {
      planned.push({
        ...idle,
        action: "cached",
        reason: "its key is in the cache",
        manifest: sealed.manifest,
      });
      continue;
    }
    if (sealed.state === "missing" && !needed.has(stage)) {
      planned.push({
        ...idle,
        action: "not needed",
        reason: "what depends on it is cached",
        manifest: undefined,
      });
      continue;
    }
    for (const parent of stage.parents) needed.add(parent);
    const before = await predecessorOf(stage, base.ingredients, cacheFolder);
    const reason = sealed.state === "corrupted"
      ? `corrupted: ${sealed.problem}`
      : forced.has(stage)
      ? (force(stage) ? "asked to compute it again" : "a stage before it is computed again")
      : before?.difference ?? "not computed yet";
    const resumesAt = forced.has(stage) ? undefined : (await place.checkpoints.steps())[0];
    planned.push({
      ...base,
      action: "run",
      reason: resumesAt === undefined ? reason : `goes on from its checkpoint at step ${resumesAt}`,
      ...(sealed.state === "corrupted" && { damage: sealed.problem }),
      resumesAt,
      expectedSeconds: stage.expectedSeconds,
      manifest: undefined,
    });
  }
  return planned.reverse();
}
