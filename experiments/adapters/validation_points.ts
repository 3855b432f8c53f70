/** Scores of a validation: the mean of each metric over the samples. */
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { ScoreReport, TrainReport } from "../setting/model_requests.ts";

/** A point per metric, after `step` steps. */
export function validationPoints(
  { samples }: Pick<ScoreReport, "samples">,
  at: { readonly task: TaskId; readonly step: number },
): TrainReport["validation"] {
  return Object.keys(samples[0]?.scores ?? {}).map((metric) => {
    const values = samples.map(({ scores }) => scores[metric] as number);
    return { ...at, metric, mean: values.reduce((a, b) => a + b, 0) / values.length, n: values.length };
  });
}
