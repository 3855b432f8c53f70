/**
 * Identity preservation (paper, Sec. 3.4): two views of one person; every odd item's condition is zoomed in on the
 * face. The prompt tells the target's expression, clothes and background; looks are told in 30 %.
 */
import type { Stream } from "../engine/mod.ts";
import { portraitCaption } from "./captions.ts";
import { drawPortraitSpec } from "./draw_spec.ts";
import type { Bank, Draft } from "./pair.ts";
import type { Pool } from "./pools.ts";
import { drawPortrait } from "./portrait_image.ts";
import { VIEW_COUNT } from "./portraits.ts";

const LOOKS_TOLD = 0.3;

export function facePreservation(bank: Bank, pool: Pool, random: Stream, index: number): Draft {
  const [first, end] = pool.identities;
  const identity = random.int(first, end - 1);
  const from = random.int(0, VIEW_COUNT - 1);
  const to = (from + random.int(1, VIEW_COUNT - 1)) % VIEW_COUNT;
  const source = drawPortraitSpec(random, pool, {
    identity,
    view: from,
    zoomed: index % 2 === 1,
    treatedShare: 0.1,
  });
  const goal = drawPortraitSpec(random, pool, { identity, view: to });
  return {
    condition: drawPortrait(bank.portraits, source),
    target: drawPortrait(bank.portraits, goal),
    prompt: portraitCaption(goal, { looks: random.bool(LOOKS_TOLD) }),
    conditionCaption: portraitCaption(source, { looks: true }),
    truth: { condition: source, target: goal, heldOutStyle: false },
  };
}
