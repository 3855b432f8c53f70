/**
 * Scores of pictures against their control conditions, one of each column by the oracles and one by the judge:
 *
 * | column     | by the judge |
 * | ---------- | ------------ |
 * | everything | cosine with the condition |
 * | look       | 1 where it ranks the condition's treatment first among all treatments' words |
 * | thing      | 1 where it ranks the condition's thing first among the names of all things |
 * | layout     | none: in its place F1 of the edges against the condition's, tolerance one pixel |
 * | person     | 1 where the mean of its patch tokens is nearer to another view of the person than to nine other persons of the family |
 *
 * All are raw, higher means more taken; a column that a condition has nothing of is left out.
 */
import { clipI, ranksFirst } from "../../lib/metrics/mod.ts";
import { type AspectScores, scoreName, SCORERS } from "../../lib/report/mod.ts";
import {
  type Aspect,
  ASPECTS,
  type Bank,
  CONTROL_ORACLES,
  type ControlItem,
  edgeF1,
  lookChoice,
  type NamedChoice,
  personChoice,
  type Rgb,
  thingChoice,
} from "../../lib/tasks/mod.ts";
import type { ImageFeatures, ImageProgram } from "./programs.ts";

/** A picture and the condition that it is held against. */
export interface ScoredPicture {
  readonly item: ControlItem;
  readonly picture: Rgb;
}

/** Who scores. */
export interface ControlScoring {
  readonly bank: Bank;
  readonly judge: Pick<ImageProgram<ImageFeatures>, "run">;
  /** Tokens of a picture, the class token first. */
  readonly tokens: number;
  /** Unit vectors of texts in the judge's space, one [512] each. */
  vectors(texts: readonly string[]): Promise<readonly Float32Array[]>;
  readonly progress?: (done: number, total: number) => void;
}

/** Mean of the patch tokens [hidden]. */
function patchMean({ tokens }: ImageFeatures, count: number): Float32Array {
  const hidden = tokens.length / count;
  const mean = new Float32Array(hidden);
  for (let i = hidden; i < tokens.length; i++) mean[i % hidden]! += tokens[i]! / (count - 1);
  return mean;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
}

/** What the judge must know of a condition, made once for all of its pictures. */
interface JudgedCondition {
  readonly condition: ImageFeatures;
  readonly named: Readonly<Partial<Record<Aspect, NamedChoice>>>;
  /** Patch means of the ten persons, the own first; none for a scene. */
  readonly persons: readonly Float32Array[];
}

/** Scores of all pictures, in order, by {@link scoreName}. */
export async function controlScores(
  pictures: readonly ScoredPicture[],
  { bank, judge, tokens, vectors, progress }: ControlScoring,
): Promise<AspectScores[]> {
  const items = [...new Set(pictures.map(({ item }) => item))];
  const conditions = await judge.run(items.map(({ condition }) => condition));
  const seen = await judge.run(pictures.map(({ picture }) => picture));
  const judged = new Map<ControlItem, JudgedCondition>();
  for (const [i, item] of items.entries()) {
    const persons = await judge.run(personChoice(bank, item) ?? []);
    const named = { look: lookChoice(item), thing: thingChoice(item) };
    judged.set(item, {
      condition: conditions[i]!,
      named: Object.fromEntries(Object.entries(named).filter(([, choice]) => choice !== undefined)),
      persons: persons.map((features) => patchMean(features, tokens)),
    });
  }
  const texts = [
    ...new Set(
      [...judged.values()].flatMap(({ named }) => Object.values(named).flatMap(({ texts }) => texts)),
    ),
  ];
  const rows = await vectors(texts);
  const vectorOf = new Map(texts.map((text, i) => [text, rows[i]!]));

  const byJudge = (aspect: Aspect, { item, picture }: ScoredPicture, features: ImageFeatures) => {
    const { condition, named, persons } = judged.get(item)!;
    switch (aspect) {
      case "everything":
        return clipI(features.embedding, condition.embedding);
      case "look":
      case "thing": {
        const choice = named[aspect];
        return choice &&
          Number(ranksFirst(features.embedding, choice.texts.map((text) => vectorOf.get(text)!), choice.own));
      }
      case "layout":
        return edgeF1(picture, item.condition);
      case "person": {
        const own = patchMean(features, tokens);
        const [first, ...others] = persons.map((person) => squaredDistance(own, person));
        return first === undefined ? undefined : Number(others.every((other) => first < other));
      }
    }
  };
  return pictures.map((scored, i) => {
    const scores: Record<string, number> = {};
    for (const aspect of ASPECTS) {
      const both = {
        oracle: CONTROL_ORACLES[aspect].score(bank, scored.item, scored.picture),
        judge: byJudge(aspect, scored, seen[i]!),
      };
      for (const scorer of SCORERS) {
        const value = both[scorer];
        if (value !== undefined) scores[scoreName(aspect, scorer)] = value;
      }
    }
    progress?.(i + 1, pictures.length);
    return scores;
  });
}
