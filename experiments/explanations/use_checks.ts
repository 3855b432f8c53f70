/** Tests of explanations by what is taken from the condition and what leaks (control matrix, Fig. 9), and by what follows a control (Fig. 10). */
import {
  above,
  cellIn,
  type Check,
  type Checked,
  type Findings,
  intervalOf,
  LITTLE_SCORE,
  type MeanInterval,
  missing,
  opposite,
  type Outcome,
  type Term,
  unreadable,
  weightedInterval,
} from "../../lib/report/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import type { ControlContent } from "../figures/control/statements.ts";
import { FIG10 } from "../figures/fig10/record.ts";
import type { CombinationContent } from "../figures/fig10/statements.ts";
import { CONTROL_SCORE } from "../setting/score_names.ts";
import { JOINT, SINGLE_TASK } from "../figures/table1/rows.ts";
import { PARTIAL_TASKS } from "../figures/uses/use_evidence.ts";
import { COMMITTED, TARGETS } from "../figures/uses/use_rows.ts";
import type { UsesContent } from "../figures/uses/uses.ts";

/** All of what is in the true target. */
const WHOLE: MeanInterval = { mean: 1, low: 1, high: 1 };
/** Control that is hardly any: a tenth of the targets'. */
const LITTLE_CONTROL = 0.1;

const controlIn = (findings: Findings) => findings["control"]?.content as ControlContent | undefined;
const usesIn = (findings: Findings) => findings["fig9"]?.content as UsesContent | undefined;
const combinationsIn = (findings: Findings) => findings["fig10"]?.content as CombinationContent | undefined;

const takenIn = ({ cells, taken }: Pick<UsesContent, "cells" | "taken">, row: string, task: TaskId) =>
  cellIn(cells, row, task, taken[task]);
const leakIn = ({ leaks }: UsesContent, row: string, task: TaskId) =>
  leaks.find((leak) => leak.row === row && leak.task === task);

/** The mean of several weighted sums. */
const meanOf = (sums: readonly (readonly Term[])[]) =>
  weightedInterval(
    sums.flatMap((terms) => terms.map(([weight, value]): Term => [weight / sums.length, value])),
  );

/** Both hold, one does not, or it is open. */
function both(one: Outcome, other: Outcome): Outcome {
  if (one === "does not hold" || other === "does not hold") return "does not hold";
  return one === "holds" && other === "holds" ? "holds" : "undecided";
}

const isAbove = (found: MeanInterval, says: string): Checked => ({
  outcome: above(found, 0),
  evidence: `${says} ${intervalOf(found)}`,
});
const isBelow = (found: MeanInterval, says: string): Checked => ({
  outcome: opposite(above(found, 0)),
  evidence: `${says} ${intervalOf(found)}`,
});

/** An entry of the control matrix, by the oracle. */
const entryIn = ({ entries }: ControlContent, row: string, task: TaskId, aspect: string) =>
  entries.find((each) =>
    each.row === row && each.task === task && each.aspect === aspect && each.scorer === "oracle"
  );

/** Whether an instruction makes the committed adapter take less than a share of what it asks for. */
const takesLessThan = (share: number, task: TaskId, aspect: string): Check => (findings) => {
  const content = controlIn(findings);
  if (content === undefined) return missing("control");
  const found = weightedInterval([[1, entryIn(content, COMMITTED, task, aspect)], [-share, WHOLE]]);
  if (found === undefined) return unreadable(`${aspect} under ${task} by the committed adapter`);
  return isBelow(found, `${aspect} taken under ${task} by the committed adapter, less ${share}`);
};

export const committedBringsPart: Check = takesLessThan(0.75, "replication", "everything");

export const personsComeThroughLittle: Check = takesLessThan(0.5, "face", "person");

export const jointHeedsLittle: Check = (findings) => {
  const content = controlIn(findings);
  if (content === undefined) return missing("control");
  const found = weightedInterval([
    [1, content.control.find(({ row, scorer }) => row === JOINT && scorer === "oracle")],
    [-LITTLE_CONTROL, WHOLE],
  ]);
  if (found === undefined) return unreadable("control by Table 1's joint model");
  return isBelow(found, `control by Table 1's joint model, less ${LITTLE_CONTROL}`);
};

export const specialistCopiesMore: Check = (findings) => {
  const uses = usesIn(findings);
  if (uses === undefined) return missing("fig9");
  const found = weightedInterval([
    [1, leakIn(uses, SINGLE_TASK, "style")],
    [-1, leakIn(uses, JOINT, "style")],
  ]);
  if (found === undefined) return unreadable("the style task of both models");
  return isAbove(found, "content that leaks, single-task less joint");
};

/** Half of the way from one row to the other; above 0 the row in question has come farther. */
const beyondHalf = (of: Term[1], from: Term[1], to: Term[1]): readonly Term[] => [
  [1, of],
  [-0.5, from],
  [-0.5, to],
];

export const startReproducesLittle: Check = (findings) => {
  const uses = usesIn(findings);
  if (uses === undefined) return missing("fig9");
  const of = (row: string) => cellIn(uses.cells, row, "replication", "CLIP-I");
  const found = weightedInterval(beyondHalf(of("ip-adapter-plus"), of("text-only"), of(TARGETS)));
  if (found === undefined) return unreadable("replication by IPAdapter+, the prompt alone and the targets");
  return isBelow(found, "CLIP-I of IPAdapter+ less half the way");
};

/** Whether a joint model takes less of these tasks than half of the way from the prompt alone to the single-task models. */
const takesLessThanHalf = (joint: string, tasks: readonly TaskId[]): Check => (findings) => {
  const uses = usesIn(findings);
  if (uses === undefined) return missing("fig9");
  const of = (row: string, task: TaskId) => takenIn(uses, row, task);
  const found = meanOf(
    tasks.map((task) => beyondHalf(of(joint, task), of("text-only", task), of(SINGLE_TASK, task))),
  );
  if (found === undefined) return unreadable("what both models and the prompt alone take");
  return isBelow(found, "what the joint model takes less half the way");
};

export const jointTakesLittle: Check = takesLessThanHalf(JOINT, PARTIAL_TASKS);

export const committedTakesLittleComposition: Check = takesLessThanHalf(COMMITTED, ["composition"]);

export const promptAloneLeaksLess: Check = (findings) => {
  const uses = usesIn(findings);
  if (uses === undefined) return missing("fig9");
  const apart = PARTIAL_TASKS.map((task): readonly Term[] => [
    [1, leakIn(uses, COMMITTED, task)],
    [-1, leakIn(uses, "text-only", task)],
  ]);
  const [found, each] = [meanOf(apart), apart.map(weightedInterval)];
  if (found === undefined) return unreadable("the leak of the committed adapter and of the prompt alone");
  const less = each.filter((difference) => (difference as MeanInterval).mean > 0).length;
  return {
    outcome: less < PARTIAL_TASKS.length ? "does not hold" : above(found, 0),
    evidence: `less in ${less} of ${PARTIAL_TASKS.length} tasks; leak, committed adapter less prompt alone ${
      intervalOf(found)
    }`,
  };
};

export const controlIsWeak: Check = (findings) => {
  const content = combinationsIn(findings);
  if (content === undefined) return missing("fig10");
  const of = (row: string, task: TaskId) => cellIn(content.cells, row, task, CONTROL_SCORE);
  const found = meanOf(
    FIG10.tasks.map((task) => beyondHalf(of("control-alone", task), of("adapter-alone", task), WHOLE)),
  );
  if (found === undefined) return unreadable("the control's score with the ControlNet alone and without it");
  return isBelow(found, "F1 of the ControlNet alone less half the way");
};

/** More less another row, mean over the combined tasks. */
function apart({ cells, taken }: CombinationContent, more: string, less: string, score?: string) {
  return meanOf(FIG10.tasks.map((task): readonly Term[] => {
    const metric = score ?? taken[task];
    return [[1, cellIn(cells, more, task, metric)], [-1, cellIn(cells, less, task, metric)]];
  }));
}

export const bothGiveWay: Check = (findings) => {
  const content = combinationsIn(findings);
  if (content === undefined) return missing("fig10");
  const [followed, taken] = [
    apart(content, "both", "control-alone", CONTROL_SCORE),
    apart(content, "both", "adapter-alone"),
  ];
  if (followed === undefined || taken === undefined) return unreadable("style and face in all rows");
  return {
    outcome: both(opposite(above(followed, 0)), opposite(above(taken, 0))),
    evidence: `together less alone: control followed ${intervalOf(followed)}, taken ${intervalOf(taken)}`,
  };
};

export const loraSparesTheRest: Check = (findings) => {
  const content = combinationsIn(findings);
  if (content === undefined) return missing("fig10");
  const { cells, taken } = content;
  const found = meanOf(
    ([["style", CONTROL_SCORE], ["face", CONTROL_SCORE], ["face", taken["face"]]] as const).map((
      [task, metric],
    ): readonly Term[] => [
      [1, cellIn(cells, "both-lora", task, metric)],
      [-1, cellIn(cells, "both", task, metric)],
    ]),
  );
  if (found === undefined) return unreadable("style and face with the LoRA and without it");
  return {
    outcome: above(found, -LITTLE_SCORE),
    evidence: `the other three scores, with the LoRA less without ${intervalOf(found)}`,
  };
};
