/** Sec. 4.2: one joint training replaces five. */
import { PAPER_TASKS, type Statement, studentInterval, type TrainingRun } from "../../../lib/report/mod.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";
import { JOINT, SINGLE_TASK } from "./rows.ts";

/** What "drastically" less training time is taken to mean: under half. */
const DRASTIC = 0.5;

/** Seconds of the joint training over the sum of the single-task trainings, of each seed that has all of them. */
export function timeShares(training: readonly TrainingRun[]): number[] {
  return training.filter(({ row }) => row === JOINT).flatMap((joint) => {
    const singles = training.filter(({ row, seed }) => row === SINGLE_TASK && seed === joint.seed);
    if (singles.length !== TASKS.length) return [];
    return [joint.seconds / singles.reduce((sum, { seconds }) => sum + seconds, 0)];
  });
}

/**
 * One joint training replaces five, "drastically" decreasing total training time. Judged by measured seconds: joint training over the sum of the
 * single-task trainings of the same seed, with Student's interval over seeds; one seed has none. Every training has the same number of steps by
 * design, so what is measured is what a joint step costs; the seconds hold the validations during training, of all five tasks in the joint one.
 */
export const TRAINING_COST: Statement<{ readonly training: readonly TrainingRun[] }> = {
  id: "one-training-for-all",
  section: "4.2",
  statement: "Training one joint model instead of five drastically decreases the total training time.",
  quantity: "seconds of the joint training over seconds of the five single-task trainings",
  region: { high: DRASTIC },
  paper: [1 / PAPER_TASKS.length],
  wording: {
    number: (value) => value.toFixed(2),
    edge: String,
    paper: "1 training of 100,000 steps for 5",
    unit: " of the time",
    noInterval: ": a single seed",
    below: "under",
    separator: ";",
  },
  measure({ training }) {
    const shares = timeShares(training);
    if (shares.length === 0) {
      return { quantities: [], evidence: "the joint and all five single-task trainings of one seed" };
    }
    const seeds = shares.length > 1 ? `${shares.length} seeds; ` : "";
    return {
      quantities: [studentInterval(shares)],
      evidence: `${seeds}every training has the same number of steps by design, as in the paper`,
    };
  },
};
