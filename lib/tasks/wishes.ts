/**
 * Where pairs come from: one condition and one prompt, and what each task makes of them.
 *
 * Neither the condition nor the prompt knows the task: both are drawn first, alike for all tasks that the condition's kind allows. What the
 * task names is then taken from the condition, what is left is as the prompt says, and what the prompt leaves open is another than the
 * condition's. So only the instruction can tell which picture is wanted. (In the paper's sets, Sec. 3.4, each task has conditions and prompts
 * of a kind of its own; every task keeps such sets as `paperLike`.)
 */
import type { Stream } from "../engine/mod.ts";
import { portraitText, sceneText } from "./captions.ts";
import { withArticle } from "./concepts.ts";
import { drawPortraitSpec, drawSceneSpec, drawStyle } from "./draw_spec.ts";
import type { Pool } from "./pools.ts";
import { personView, type PortraitSpec } from "./portrait_image.ts";
import { VIEW_COUNT } from "./portraits.ts";
import type { SceneSpec } from "./scene_image.ts";
import { findStyle, type StyleSample } from "./styles.ts";

/** Share of conditions with a treatment. */
export const TREATED = 0.5;
const RECOLOURED = 0.3;

/** What a prompt may speak of, and how often it does. */
const PROMPTED = { thing: 0.7, place: 0.7, look: 0.3, view: 0.85, background: 0.7, hair: 0.3 } as const;
/** How often what it says is what the condition shows. */
const SAME = 0.5;

/** What a prompt says of one aspect: the condition's, another, or nothing. */
export type Word = "same" | "other" | undefined;

/** A scene condition, another scene that shares nothing with it, and what the prompt says. */
export interface SceneWish {
  /** Tells it from a portrait's. */
  readonly kind: "scene";
  /** The condition. */
  readonly source: SceneSpec;
  /** The other scene. */
  readonly other: SceneSpec;
  /** What the prompt says of thing, place and look. */
  readonly prompted: { readonly thing: Word; readonly place: Word; readonly look: Word };
  /** Whether the thing is the condition's where neither task nor prompt decides and the task leaves it open. */
  readonly sameThing: boolean;
  /** The same of the place. */
  readonly samePlace: boolean;
}

/** The same of a portrait. */
export interface PortraitWish {
  /** Tells it from a scene's. */
  readonly kind: "portrait";
  /** The condition. */
  readonly source: PortraitSpec;
  /** Another person of the same portrait family, in another view, frame and treatment, before another background. */
  readonly other: PortraitSpec;
  /** What the prompt says of expression and clothes, background, hair and look. */
  readonly prompted: {
    readonly view: Word;
    readonly background: Word;
    readonly hair: Word;
    readonly look: Word;
  };
  /** What of the view is said where the prompt speaks of it. */
  readonly said: "expression" | "clothes" | "both";
}

/** A condition and what is asked for beside it. */
export type Wish = SceneWish | PortraitWish;

const drawWord = (random: Stream, share: number): Word => {
  const [spoken, same] = [random.bool(share), random.bool(SAME)];
  return spoken ? (same ? "same" : "other") : undefined;
};

/** A look of another family and another treatment than the given one. */
function drawOtherStyle(random: Stream, pool: Pool, than: StyleSample): StyleSample {
  for (;;) {
    const style = drawStyle(random, pool, TREATED);
    if (style.family !== than.family && style.treatment !== than.treatment) return style;
    if (style.family !== than.family && style.treatment === "none") return style;
  }
}

/** A scene condition and a wish. */
export function drawSceneWish(random: Stream, pool: Pool): SceneWish {
  const source = drawSceneSpec(random, pool, {
    style: drawStyle(random, pool, TREATED),
    recoloured: RECOLOURED,
  });
  const other = drawSceneSpec(random, pool, {
    style: drawOtherStyle(random, pool, source.style),
    recoloured: 0,
    avoidCluster: source.concept.cluster,
    avoidPlace: source.place.name,
  });
  return {
    kind: "scene",
    source,
    other,
    prompted: {
      thing: drawWord(random, PROMPTED.thing),
      place: drawWord(random, PROMPTED.place),
      look: drawWord(random, PROMPTED.look),
    },
    sameThing: random.bool(),
    samePlace: random.bool(),
  };
}

/** A portrait condition and a wish. */
export function drawPortraitWish(random: Stream, pool: Pool): PortraitWish {
  const source = drawPortraitSpec(random, pool, { treatedShare: TREATED });
  const [first, end] = pool.identities;
  let identity: number;
  do identity = random.int(first, end - 1); while (
    identity === source.identity.id || personView(identity, 0).identity.family !== source.identity.family
  );
  const view = (source.viewIndex + random.int(1, VIEW_COUNT - 1)) % VIEW_COUNT;
  let other: PortraitSpec;
  do other = drawPortraitSpec(random, pool, { identity, view, treatedShare: TREATED }); while (
    other.background === source.background ||
    (other.treatment.treatment === source.treatment.treatment && source.treatment.treatment !== "none")
  );
  return {
    kind: "portrait",
    source,
    other,
    prompted: {
      view: drawWord(random, PROMPTED.view),
      background: drawWord(random, PROMPTED.background),
      hair: drawWord(random, PROMPTED.hair),
      look: drawWord(random, PROMPTED.look),
    },
    said: random.pick(["expression", "clothes", "both", "both"] as const),
  };
}

/** The prompt: the same text whatever the task. */
export function wishPrompt(wish: Wish): string {
  if (wish.kind === "scene") {
    const { source, other, prompted } = wish;
    const of = (word: Word): SceneSpec | undefined => word && (word === "same" ? source : other);
    const thing = of(prompted.thing);
    return sceneText({
      thing: thing && withArticle(thing.concept),
      place: of(prompted.place)?.place.name,
      look: of(prompted.look)?.style,
    });
  }
  const { source, other, prompted, said } = wish;
  const of = (word: Word): PortraitSpec | undefined => word && (word === "same" ? source : other);
  const [view, look] = [of(prompted.view)?.view, of(prompted.look)];
  return portraitText({
    expression: said === "clothes" ? undefined : view?.expression,
    hair: of(prompted.hair)?.identity,
    clothes: said === "expression" ? undefined : view?.clothes,
    clothesColour: said === "expression" ? undefined : view?.clothesColour,
    background: of(prompted.background)?.background,
    look: look && { treatment: look.treatment.treatment, family: look.identity.family },
  });
}

/** What the prompt alone asks for, what it leaves open being the other scene's: the start of every task's target. */
export function askedScene({ source, other, prompted }: SceneWish): SceneSpec {
  return {
    ...other,
    concept: prompted.thing === "same" ? source.concept : other.concept,
    place: prompted.place === "same" ? { ...other.place, name: source.place.name } : other.place,
    style: prompted.look === "same"
      ? { ...other.style, ...findStyle(source.style.family, source.style.treatment)! }
      : other.style,
  };
}

/** The same of a portrait. */
export function askedPortrait({ source, other, prompted }: PortraitWish): PortraitSpec {
  return {
    ...other,
    ...(prompted.view === "same" ? personView(other.identity.id, source.viewIndex) : {}),
    viewIndex: prompted.view === "same" ? source.viewIndex : other.viewIndex,
    background: prompted.background === "same" ? source.background : other.background,
    treatment: prompted.look === "same"
      ? { ...other.treatment, treatment: source.treatment.treatment }
      : other.treatment,
  };
}

/** A look without treatment, in the manner of the given one. */
export function untreated(style: StyleSample): StyleSample {
  return { ...style, ...findStyle(style.family, "none")! };
}
