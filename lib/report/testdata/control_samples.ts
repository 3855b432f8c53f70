/** Made-up samples of the control matrix, of models that take what a function says. */
import { key, normal } from "../../engine/random.ts";
import { type Aspect, ASPECTS, TASK_RECORDS } from "../../tasks/mod.ts";
import { resampleCells, type ResampledCells } from "../cells.ts";
import {
  averagedOverNoises,
  type ControlAnchor,
  type ControlPlace,
  type ControlSample,
  scoreName,
  SCORERS,
  withAnchors,
} from "../control_matrix.ts";

/** Conditions of each kind. */
export const COUNTS = { scene: 12, portrait: 8 } as const;
const SEEDS = [1, 2];

/** Scores of every aspect that a kind's conditions have: s_0 = 0.2, s_1 = 0.9, and of a picture that takes the given shares. */
function scored(kind: "scene" | "portrait", taken: (aspect: Aspect) => number, noise = 0) {
  return Object.fromEntries(
    ASPECTS.filter((aspect) => TASK_RECORDS.find(({ aspects }) => aspects.takes === aspect)?.takes[kind])
      .flatMap((aspect) =>
        SCORERS.map((scorer) => [scoreName(aspect, scorer), 0.2 + 0.7 * taken(aspect) + noise])
      ),
  );
}

const conditions = (["scene", "portrait"] as const).flatMap((kind) =>
  SEEDS.flatMap((seed) => Array.from({ length: COUNTS[kind] }, (_, index) => ({ kind, index, seed })))
);
const tasksOf = (kind: "scene" | "portrait") => TASK_RECORDS.filter(({ takes }) => takes[kind]);

/** What they are compared with: targets that take all that they should and nothing else. */
export const ANCHORS: readonly ControlAnchor[] = conditions.map(({ kind, index, seed }) => ({
  ...{ kind, index, seed, prompt: "a fox" },
  alone: scored(kind, () => 0),
  targets: Object.fromEntries(
    tasksOf(kind).map(({ id, aspects }) => [
      id,
      scored(kind, (aspect) => Number(aspects.takes === aspect || aspects.takes === "everything")),
    ]),
  ),
}));

/** Samples of a model that takes a share of every aspect under every instruction. */
export const controlModel = (row: string, taken: (place: ControlPlace) => number): ControlSample[] =>
  conditions.flatMap(({ kind, index, seed }) =>
    tasksOf(kind).map(({ id: task }) => ({
      ...{ row, task, kind, index, seed, instruction: "", prompt: "a fox" },
      scores: scored(
        kind,
        (aspect) => taken({ task, aspect }),
        normal(key(`${row}${task}${kind}${index}${seed}`), 1, { std: 0.02 })[0],
      ),
    }))
  );

/** Resampled cells of models; of `noises`, seeds are noises of one training. */
export const resampleModels = (
  samples: readonly ControlSample[],
  { noises = false }: { readonly noises?: boolean } = {},
): ResampledCells => {
  const all = withAnchors(samples, ANCHORS);
  return resampleCells(noises ? averagedOverNoises(all) : all, {
    key: key(1),
    resamples: 200,
    stratum: ({ kind }) => kind,
  });
};
