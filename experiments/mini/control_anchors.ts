/** What results hold of control conditions: a model's pictures of them, and what these are compared with. */
import type { AspectScores, ControlAnchor, ControlSample } from "../../lib/report/mod.ts";
import type { ControlItem, TaskId } from "../../lib/tasks/mod.ts";
import type { ScoredPicture } from "./control_scores.ts";
import { type ControlWish, tasksOf } from "./control_wishes.ts";

/** The target of every task that a condition allows, condition by condition. */
export function controlTargets(
  items: readonly ControlItem[],
): (ScoredPicture & { readonly task: TaskId })[] {
  return items.flatMap((item) =>
    tasksOf(item).map((task) => ({ item, task, picture: item.items.get(task)!.target }))
  );
}

/** What the pictures of each condition are compared with; scores are of each condition's prompt alone, and of {@link controlTargets}, in order. */
export function controlAnchors(
  items: readonly ControlItem[],
  seed: number,
  scores: { readonly alone: readonly AspectScores[]; readonly targets: readonly AspectScores[] },
): ControlAnchor[] {
  const targets = controlTargets(items);
  return items.map((item, i) => ({
    ...{ kind: item.kind, index: item.index, seed, prompt: item.prompt },
    alone: scores.alone[i]!,
    targets: Object.fromEntries(
      targets.flatMap((target, place) =>
        target.item === item ? [[target.task, scores.targets[place]!] as const] : []
      ),
    ),
  }));
}

/** A row's picture of a condition under one instruction, scored. */
export function controlSample(
  { item, task, instruction }: ControlWish,
  { row, seed, scores }: { readonly row: string; readonly seed: number; readonly scores: AspectScores },
): ControlSample {
  return {
    ...{ row, task, kind: item.kind, index: item.index, seed, instruction, prompt: item.prompt },
    scores,
  };
}
