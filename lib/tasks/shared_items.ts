/** Items of shared conditions: what a task's `takes` makes of a condition and a prompt that do not know the task. */
import { fold, key, type Stream, stream } from "../engine/mod.ts";
import { portraitCaption, sceneCaption } from "./captions.ts";
import type { Rgb } from "./canvas.ts";
import { isProbeCell } from "./concepts.ts";
import { type Bank, COMPOSER_VERSION, type Draft, drawVisible, type SceneTruth } from "./pair.ts";
import { poolOf, type Split } from "./pools.ts";
import { drawPortrait, type PortraitSpec } from "./portrait_image.ts";
import { drawScene, type SceneSpec } from "./scene_image.ts";
import type { Task } from "./task.ts";
import {
  askedPortrait,
  askedScene,
  drawPortraitWish,
  drawSceneWish,
  type Wish,
  wishPrompt,
} from "./wishes.ts";

/** Of four conditions of a task that takes from both kinds, one is a portrait. */
const PORTRAIT_EVERY = 4;
const MOST_DRAWS = 100;

/** What kind a task's item `index` has as condition, and its number among the conditions of that kind. */
export function conditionOf(
  { takes }: Pick<Task, "takes">,
  index: number,
): { kind: Wish["kind"]; number: number } {
  if (!takes.portrait) return { kind: "scene", number: index };
  if (!takes.scene) return { kind: "portrait", number: index };
  const [round, place] = [Math.floor(index / PORTRAIT_EVERY), index % PORTRAIT_EVERY];
  return place === PORTRAIT_EVERY - 1
    ? { kind: "portrait", number: round }
    : { kind: "scene", number: round * (PORTRAIT_EVERY - 1) + place };
}

/** A picture of either kind. */
interface Drawn {
  readonly image: Rgb;
  readonly truth: SceneTruth | PortraitSpec;
}

/** Draws a spec, whether or not its thing stands out. */
function drawn(bank: Bank, spec: SceneSpec | PortraitSpec): Drawn {
  if (spec.kind === "portrait") return { image: drawPortrait(bank.portraits, spec), truth: spec };
  const { image, box } = drawScene(bank.sprites, spec);
  return { image, truth: { ...spec, box } };
}

/** Condition `number` of a kind: the same whatever the task. Drawn again until its own thing and the other scene's stand out. */
export function wishOf(bank: Bank, of: { kind: Wish["kind"]; split: Split; number: number }): Wish {
  const { kind, split, number } = of;
  const pool = poolOf(split, number);
  for (let draw = 0; draw < MOST_DRAWS; draw++) {
    const random: Stream = stream(fold(key("condition"), COMPOSER_VERSION, split, kind, number, draw));
    if (kind === "portrait") return drawPortraitWish(random, pool);
    const wish = drawSceneWish(random, pool);
    const { source, other } = wish;
    const crossed = [source, other].some(({ concept }) =>
      [source, other].some(({ style }) => isProbeCell(concept, style.family))
    );
    if (!crossed && drawVisible(bank, source) && drawVisible(bank, other)) return wish;
  }
  throw new RangeError(
    `Drawing ${split} ${kind} ${number} needs a readable one within ${MOST_DRAWS} draws, got none`,
  );
}

/** What a task makes of a wish. @throws RangeError for a kind that it takes nothing of. */
function targetOf({ id, takes }: Pick<Task, "id" | "takes">, wish: Wish): SceneSpec | PortraitSpec {
  const target = wish.kind === "scene" ? takes.scene?.(wish) : takes.portrait?.(wish);
  if (!target) throw new RangeError(`The ${id} task takes nothing of a ${wish.kind}`);
  return target;
}

/** The caption of a picture, with its look or without. */
function captionOf(spec: SceneSpec | PortraitSpec, style: boolean): string {
  return spec.kind === "scene"
    ? sceneCaption(spec, { style })
    : portraitCaption(spec, { style, looks: true });
}

/** Item of a task from a wish, under the given prompt. */
function itemOf(bank: Bank, task: Task, options: { wish: Wish; prompt: string }): Draft {
  const { wish, prompt } = options;
  const condition = drawn(bank, wish.source);
  const target = drawn(bank, targetOf(task, wish));
  return {
    condition: condition.image,
    target: target.image,
    prompt,
    conditionCaption: captionOf(wish.source, task.aspects.takes === "everything"),
    ...(task.words.objectWord !== null && wish.kind === "scene"
      ? { objectName: wish.source.concept.word }
      : {}),
    truth: { condition: condition.truth, target: target.truth },
  };
}

/**
 * Item `index` of a task. In training the prompt is the same whatever the task, and may ask for what the task does not let it have; a validation
 * item's prompt describes its target, as in the paper's tables.
 */
export function sharedItem(bank: Bank, task: Task, { split, index }: { split: Split; index: number }): Draft {
  const wish = wishOf(bank, { ...conditionOf(task, index), split });
  const prompt = split === "val"
    ? captionOf(targetOf(task, wish), wish.prompted.look !== undefined)
    : wishPrompt(wish);
  return itemOf(bank, task, { wish, prompt });
}

/** A condition of the control set: one prompt that shares nothing with it, and what every task that can take from it makes of the two. */
export interface ControlItem {
  /** Scene or portrait. */
  readonly kind: Wish["kind"];
  /** Its number among the conditions of its kind. */
  readonly index: number;
  /** The condition image. */
  readonly condition: Rgb;
  /** What the condition shows. */
  readonly truth: SceneTruth | PortraitSpec;
  /** The same for every task. */
  readonly prompt: string;
  /** What the prompt alone asks for, which no task takes from the condition. */
  readonly asked: SceneSpec | PortraitSpec;
  /** By task name. */
  readonly items: ReadonlyMap<string, Draft>;
}

/** Held-out condition `index` of a kind with all its tasks' targets: things, looks and persons of the validation pool. */
export function controlItem(
  bank: Bank,
  tasks: readonly Task[],
  { kind, index }: { kind: Wish["kind"]; index: number },
): ControlItem {
  const drawnWish = wishOf(bank, { kind, split: "val", number: index });
  const wish: Wish = drawnWish.kind === "scene"
    ? { ...drawnWish, prompted: { thing: "other", place: "other", look: undefined } }
    : {
      ...drawnWish,
      prompted: { view: "other", background: "other", hair: undefined, look: undefined },
      said: "both",
    };
  const prompt = wishPrompt(wish);
  const { image, truth } = drawn(bank, wish.source);
  return {
    kind,
    index,
    condition: image,
    truth,
    prompt,
    asked: wish.kind === "scene" ? askedScene(wish) : askedPortrait(wish),
    items: new Map(
      tasks.filter(({ takes }) => takes[kind] !== undefined).map((
        task,
      ) => [task.id, itemOf(bank, task, { wish, prompt })]),
    ),
  };
}
