/**
 * Style preservation (paper, Sec. 3.4): another thing in another place, drawn and coloured as in the condition.
 * Departure: the paper's targets come from InstantStyle; here the renderer itself knows the style exactly.
 */
import type { Stream } from "../engine/mod.ts";
import { sceneCaption } from "./captions.ts";
import { drawSceneSpec, drawStyle } from "./draw_spec.ts";
import { type Bank, type Draft, drawVisible } from "./pair.ts";
import type { Pool } from "./pools.ts";

const TREATED = 0.8;

export function stylePreservation(bank: Bank, pool: Pool, random: Stream): Draft {
  const everyItem = pool.split === "val"; // the held-out half must show held-out styles
  const style = drawStyle(random, pool, everyItem ? 1 : TREATED);
  const source = drawSceneSpec(random, pool, { style });
  const goal = drawSceneSpec(random, pool, {
    style,
    avoidCluster: source.concept.cluster,
    avoidScene: source.place.name,
  });
  const condition = drawVisible(bank, source);
  const target = condition && drawVisible(bank, goal);
  if (!condition || !target) return undefined;
  return {
    condition: condition.image,
    target: target.image,
    prompt: sceneCaption(goal),
    conditionCaption: sceneCaption(source),
    truth: { condition: condition.truth, target: target.truth, heldOutStyle: style.heldOut },
  };
}
