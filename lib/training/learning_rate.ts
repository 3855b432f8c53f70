/** Learning-rate schedules as data and one pure function, named and valued as in transformers' `get_*_schedule_with_warmup`. */

/** A schedule. Every kind rises linearly from 0 in `warmup` steps. */
export type LearningRateSchedule =
  | { readonly kind: "constant"; readonly lr: number; readonly warmup: number }
  /** Falls linearly to 0 at step `total`. */
  | { readonly kind: "linear"; readonly lr: number; readonly warmup: number; readonly total: number }
  /** Half a cosine period down to 0 at step `total` (and up again afterwards, as the reference's). */
  | { readonly kind: "cosine"; readonly lr: number; readonly warmup: number; readonly total: number };

/** The rate in force during the step with index `step`, from 0. With warm-up the first step's rate is 0. */
export function learningRate(schedule: LearningRateSchedule, step: number): number {
  const { lr, warmup } = schedule;
  if (step < warmup) return lr * step / Math.max(1, warmup);
  if (schedule.kind === "constant") return lr;
  const length = Math.max(1, schedule.total - warmup);
  if (schedule.kind === "linear") return lr * Math.max(0, (schedule.total - step) / length);
  return lr * Math.max(0, 0.5 * (1 + Math.cos(Math.PI * (step - warmup) / length)));
}
