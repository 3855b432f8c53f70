/** Tests of explanations that speak of noise, of the metrics or of the data: by cells and intervals of stored results. */
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import { ONE_HOT } from "../figures/ablations/record.ts";
import type { AblationsContent } from "../figures/ablations/statements.ts";
import {
  above,
  average,
  cellIn,
  type Check,
  decimal,
  type Findings,
  intervalOf,
  type JudgedClaim,
  LITTLE_DIFFERENCE,
  missing,
  ON_PAR_MARGIN,
  opposite,
  PAPER_COLUMNS,
  PAPER_TASKS,
  type Table1Column,
  type Term,
  unreadable,
  weightedInterval,
} from "../../lib/report/mod.ts";
import { WELL } from "../figures/fig4/statements.ts";
import type { InstructionSpace } from "../figures/fig4/instruction_space.ts";
import { FIXED, JOINT, SINGLE_TASK } from "../figures/table1/rows.ts";
import { timeShares } from "../figures/table1/training_cost.ts";
import type { ScaleContent } from "../figures/scale/statements.ts";
import { ORDER_STATEMENTS } from "../figures/table1/statements.ts";
import { PARTIAL_TASKS } from "../figures/uses/use_evidence.ts";
import { TARGETS } from "../figures/uses/use_rows.ts";
import type { UsesContent } from "../figures/uses/uses.ts";

const percent = (share: number) => `${Math.round(100 * share)} %`;
const usesIn = (findings: Findings) => findings["fig9"]?.content as UsesContent | undefined;

/** Columns in which joint model and start cannot be distinguished by their intervals. */
const NEAR_COLUMNS = 8;

export const nearTheStart: Check = (findings) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const pairs = PAPER_COLUMNS.flatMap(({ task, metric }) => {
    const [joint, start] = [JOINT, "ip-adapter-plus"].map((row) => cellIn(cells, row, task, metric));
    return joint?.low == null || joint.high === null || start?.low == null || start.high === null ? [] : [
      joint.mean >= start.low && joint.mean <= start.high && start.mean >= joint.low &&
      start.mean <= joint.high,
    ];
  });
  if (pairs.length < PAPER_COLUMNS.length) return unreadable("all columns of Table 1 with intervals");
  const near = pairs.filter(Boolean).length;
  return {
    outcome: near >= NEAR_COLUMNS ? "holds" : "does not hold",
    evidence: `within each other's intervals in ${near} of ${pairs.length} columns`,
  };
};

export const cellsAreUncertain: Check = (findings) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const halves = [SINGLE_TASK, JOINT, FIXED].flatMap((row) =>
    PAPER_COLUMNS.flatMap(({ task, metric }) => {
      const cell = cellIn(cells, row, task, metric);
      return cell?.low == null || cell.high === null
        ? []
        : [(cell.high - cell.low) / 2 / Math.abs(cell.mean)];
    })
  ).sort((a, b) => a - b);
  if (halves.length === 0) return unreadable("cells with intervals");
  const median = halves[Math.floor(halves.length / 2)] as number;
  return {
    outcome: median > LITTLE_DIFFERENCE ? "holds" : "does not hold",
    evidence: `half the interval is ${percent(median)} of the mean in the median of ${halves.length} cells`,
  };
};

/** Under this share of the targets' CLIP-P the prompt is followed weakly. */
const WEAK = 0.9;

export const promptIsWeak: Check = (findings) => {
  const cells = usesIn(findings)?.cells;
  if (cells === undefined) return missing("fig9");
  const of = (row: string) => PARTIAL_TASKS.map((task) => cellIn(cells, row, task, "CLIP-P")?.mean ?? NaN);
  const share = average(of("text-only")) / average(of(TARGETS));
  if (!Number.isFinite(share)) return unreadable("CLIP-P of the prompt alone and of the targets");
  return {
    outcome: share < WEAK ? "holds" : "does not hold",
    evidence: `the prompt alone reaches ${percent(share)} of the targets' CLIP-P`,
  };
};

/** Scales between which the trade is compared. */
const FLAT = { low: 0.4, high: 1 } as const;

export const tradeIsFlat: Check = (findings) => {
  const content = findings["scale"]?.content as ScaleContent | undefined;
  if (content === undefined) return missing("scale");
  const inside = content.trade.filter((_, i) => {
    const scale = content.scales[i] as number;
    return scale >= FLAT.low && scale <= FLAT.high;
  });
  const best = inside.toSorted((a, b) => b.mean - a.mean)[0];
  if (best?.low == null || inside.length < 2) {
    return unreadable("the trade at several scales, with intervals");
  }
  const worst = Math.min(...inside.map(({ mean }) => mean));
  return {
    outcome: best.low <= worst ? "holds" : "does not hold",
    evidence: `best trade ${decimal(best.mean)}, its interval from ${decimal(best.low)}; worst ${
      decimal(worst)
    }`,
  };
};

const corpusOf = (findings: Findings, corpus: string) =>
  (findings["fig4"]?.content as InstructionSpace | undefined)?.corpora.find((each) => each.corpus === corpus);

/** Whether a task has most of the held-out wordings that the nearest centroid gets wrong; without a name, whether any has. */
const isUnclear = (named?: TaskId): Check => (findings) => {
  const filtered = corpusOf(findings, "filtered");
  if (filtered === undefined) return missing("fig4");
  const missed = Object.entries(filtered.taskCentroid).map(([task, { mean }]) => ({ task, share: 1 - mean }));
  const all = missed.reduce((sum, { share }) => sum + share, 0);
  const worst = missed.filter(({ task }) => named === undefined || task === named)
    .toSorted((a, b) => b.share - a.share)[0];
  if (worst === undefined || all === 0) return { outcome: "does not hold", evidence: "none is wrong" };
  return {
    outcome: worst.share > all / 2 ? "holds" : "does not hold",
    evidence: `${worst.task} has ${percent(worst.share / all)} of those that are wrong, ${
      percent(worst.share)
    } of its own`,
  };
};

export const oneTaskIsUnclear: Check = isUnclear();

export const replicationIsUnclear: Check = isUnclear("replication");

export const plainWordsMix: Check = (findings) => {
  const keyworded = corpusOf(findings, "keyworded");
  if (keyworded === undefined) return missing("fig4");
  return {
    outcome: above(keyworded.purity, WELL),
    evidence: `neighbour purity of as many in the paper's words ${intervalOf(keyworded.purity)}`,
  };
};

export const wordingsStray: Check = (findings) => {
  const filtered = corpusOf(findings, "filtered");
  if (filtered === undefined) return missing("fig4");
  return {
    outcome: opposite(above(filtered.centroid, WELL)),
    evidence: `share nearest to their own task's centroid ${intervalOf(filtered.centroid)}`,
  };
};

export const wellWithoutRule: Check = (findings) => {
  const unfiltered = corpusOf(findings, "unfiltered");
  if (unfiltered === undefined) return missing("fig4");
  return {
    outcome: above(unfiltered.purity, WELL),
    evidence: `neighbour purity without the rule ${intervalOf(unfiltered.purity)}`,
  };
};

/** Of the statement on one column. */
export const startScoresHigher: Check = (findings, { id }) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const column = ORDER_STATEMENTS.find(({ statement }) => statement.id === id)?.column;
  const of = (row: string) => column && cellIn(cells, row, column.task, column.metric);
  const found = weightedInterval([[1, of("ip-adapter-plus")], [-1, of(JOINT)]]);
  if (found === undefined) return unreadable("the column with its start");
  return { outcome: above(found, 0), evidence: `start less joint ${intervalOf(found)}` };
};

export const promptIsLearntElsewhere: Check = (findings) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const others = PARTIAL_TASKS.filter((task) => task !== "face");
  const found = weightedInterval(others.flatMap((task): Term[] => [
    [1 / others.length, cellIn(cells, JOINT, task, "CLIP-P")],
    [-1 / others.length, cellIn(cells, SINGLE_TASK, task, "CLIP-P")],
  ]));
  if (found === undefined) return unreadable("CLIP-P of both models on the other tasks");
  return {
    outcome: above(found, 0),
    evidence: `CLIP-P on ${others.join(", ")}, joint less single-task ${intervalOf(found)}`,
  };
};

/** Seeds do the same work: times that differ by more than this share of their mean were disturbed. */
const DISTURBED = 0.1;

export const timingVaries: Check = (findings) => {
  const result = findings["table1"];
  if (result === undefined) return missing("table1");
  const shares = timeShares(result.training ?? []);
  if (shares.length < 2) return unreadable("several seeds");
  const [low, high] = [Math.min(...shares), Math.max(...shares)];
  return {
    outcome: high - low > DISTURBED * average(shares) ? "holds" : "does not hold",
    evidence: `the share of the time ranges from ${low.toFixed(2)} to ${high.toFixed(2)} over seeds`,
  };
};

/** Whether a task's instructions give the name of an item's object. */
const namesItems = (task: TaskId) => taskOf(task).words.objectWord !== null;

export const namesDecide: Check = (findings) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const over = (columns: readonly Table1Column[]) =>
    average(columns.map(({ task, metric }) => {
      const [random, fixed] = [JOINT, FIXED].map((row) => cellIn(cells, row, task, metric)?.mean ?? NaN);
      return (random as number) / (fixed as number) - 1;
    }));
  const [all, rest] = [over(PAPER_COLUMNS), over(PAPER_COLUMNS.filter(({ task }) => !namesItems(task)))];
  if (!Number.isFinite(all)) return unreadable("all columns of both rows");
  return {
    outcome: Math.sign(all) !== Math.sign(rest) ? "holds" : "does not hold",
    evidence: `random against fixed: ${decimal(all)} over ten columns, ${
      decimal(rest)
    } without the object's two`,
  };
};

export const numberLacksNames: Check = (findings) => {
  const content = findings["ablations"]?.content as AblationsContent | undefined;
  if (content === undefined) return missing("ablations");
  const others = PAPER_TASKS.filter((task) => !namesItems(task));
  const found = weightedInterval(others.map((other): Term => [
    1 / others.length,
    content.differences.find(({ row, task }) => row === ONE_HOT && task === other),
  ]));
  if (found === undefined) return unreadable("the one-hot model on all tasks");
  return {
    outcome: above(found, -ON_PAR_MARGIN),
    evidence: `relative difference on the other four tasks ${intervalOf(found)}`,
  };
};

/** Normal quantiles of a two-sided test at 5 % and of a power of 80 %. */
const TWO_SIDED = 1.96, POWER = 0.842;

/** The least difference that a test at 5 % finds with 80 % power, from a 95 % interval. */
export function minimalDetectable({ low, high }: { readonly low: number; readonly high: number }): number {
  return (high - low) / (2 * TWO_SIDED) * (TWO_SIDED + POWER);
}

/**
 * How far apart the statement itself sets what it speaks of, in its own unit: its region's half width, or the distance of its one border from no
 * difference (from the value without any effect). 0 where the border is no difference.
 */
function effectOf({ region: { low, high }, noEffect = 0 }: JudgedClaim): number {
  if (low !== null && high !== null) return (high - low) / 2;
  return Math.abs((low ?? high ?? 0) - noEffect);
}

export const tooFewItems: Check = (_findings, claim) => {
  const { low, high, paper, region } = claim;
  if (low === null || high === null) return unreadable("an interval");
  const edges = [region.low, region.high].filter((edge): edge is number => edge !== null);
  const apart = paper === null ? 0 : Math.min(...edges.map((edge) => Math.abs(paper - edge)));
  const effect = apart > 0 ? apart : effectOf(claim);
  const least = minimalDetectable({ low, high });
  const found = `found with 80 % power: ${decimal(least)} or more`;
  if (effect === 0) {
    return {
      outcome: "not computed",
      evidence: `${found}; neither paper nor statement says how much it should be`,
    };
  }
  const times = (least / effect) ** 2;
  return {
    outcome: least > effect ? "holds" : "does not hold",
    evidence:
      `${found}; ${apart > 0 ? "the paper's number is" : "the statement's margin is"} ${decimal(effect)}${
        apart > 0 ? " from the border" : ""
      }` +
      (times > 1
        ? `; about ${times < 10 ? times.toFixed(1) : Math.round(times).toLocaleString("en")} times the items`
        : ""),
  };
};
