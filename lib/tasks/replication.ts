/** Image replication (paper, Sec. 3.4): the condition is the target, the prompt its full caption. */
import type { Stream } from "../engine/mod.ts";
import { portraitCaption, sceneCaption } from "./captions.ts";
import { drawPortraitSpec, drawSceneSpec, drawStyle } from "./draw_spec.ts";
import { type Bank, type Draft, drawVisible } from "./pair.ts";
import type { Pool } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";

const PORTRAITS = 0.25;
const TREATED = 0.4;

export function replication(bank: Bank, pool: Pool, random: Stream): Draft {
  if (random.bool(PORTRAITS)) {
    const spec = drawPortraitSpec(random, pool, { treatedShare: 0.2 });
    const image = drawPortrait(bank.portraits, spec);
    const caption = portraitCaption(spec, { style: true, looks: true });
    return {
      condition: image,
      target: image,
      prompt: caption,
      conditionCaption: caption,
      truth: { condition: spec, target: spec, heldOutStyle: false },
    };
  }
  const spec = drawSceneSpec(random, pool, { style: drawStyle(random, pool, TREATED), recoloured: 0.15 });
  const scene = drawVisible(bank, spec);
  if (!scene) return undefined;
  const caption = sceneCaption(spec, { style: true, position: random.bool(0.1) });
  return {
    condition: scene.image,
    target: scene.image,
    prompt: caption,
    conditionCaption: caption,
    truth: { condition: scene.truth, target: scene.truth, heldOutStyle: spec.style.heldOut },
  };
}
