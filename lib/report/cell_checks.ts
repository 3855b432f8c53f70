/** Tests of explanations that speak of noise, of the metrics or of the data: by cells and intervals of stored results. */
import { above, decimal, missing, unreadable } from "./checked.ts";
import type { Check, Findings } from "./explanation.ts";
import type { InstructionSpace } from "./instruction_space.ts";
import { TABLE1_COLUMNS } from "./paper_table1.ts";
import type { ScaleContent } from "./scale_trade.ts";
import { average, LITTLE_DIFFERENCE } from "./table1_claims.ts";
import type { Cell } from "./table1_result.ts";
import { PARTIAL_TASKS } from "./use_claims.ts";
import { TARGETS } from "./use_rows.ts";
import type { UsesContent } from "./uses.ts";

const percent = (share: number) => `${Math.round(100 * share)} %`;
const cellIn = (cells: readonly Cell[], row: string, task: string, metric: string) =>
  cells.find((cell) => cell.row === row && cell.task === task && cell.metric === metric);
const usesIn = (findings: Findings) => findings["fig9"]?.content as UsesContent | undefined;

/** Columns in which joint model and start cannot be told apart by their intervals. */
const NEAR_COLUMNS = 8;

const nearTheStart: Check = (findings) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const pairs = TABLE1_COLUMNS.flatMap(({ task, metric }) => {
    const [joint, start] = ["instruct", "ip-adapter-plus"].map((row) => cellIn(cells, row, task, metric));
    return joint?.low == null || joint.high === null || start?.low == null || start.high === null ? [] : [
      joint.mean >= start.low && joint.mean <= start.high && start.mean >= joint.low &&
      start.mean <= joint.high,
    ];
  });
  if (pairs.length < TABLE1_COLUMNS.length) return unreadable("all columns of Table 1 with intervals");
  const near = pairs.filter(Boolean).length;
  return {
    outcome: near >= NEAR_COLUMNS ? "holds" : "does not hold",
    evidence: `within each other's intervals in ${near} of ${pairs.length} columns`,
  };
};

const specialistCopiesMore: Check = (findings) => {
  const leaks = usesIn(findings)?.leaks;
  if (leaks === undefined) return missing("fig9");
  const [single, joint] = ["single-task", "instruct"].map((row) =>
    leaks.find((leak) => leak.row === row && leak.task === "style")
  );
  if (single === undefined || joint === undefined) return unreadable("the style task of both models");
  // Not paired: the intervals of the two means are added as if independent, which is wider than need be.
  const half = (side: "low" | "high") =>
    single[side] === null || joint[side] === null
      ? null
      : Math.hypot((single[side] as number) - single.mean, (joint[side] as number) - joint.mean);
  const [mean, down, up] = [single.mean - joint.mean, half("low"), half("high")];
  return {
    outcome: above(
      { mean, low: down === null ? null : mean - down, high: up === null ? null : mean + up },
      0,
    ),
    evidence: `content that leaks beyond the target: single-task ${decimal(single.mean)}, joint ${
      decimal(joint.mean)
    }`,
  };
};

const cellsAreUncertain: Check = (findings) => {
  const cells = findings["table1"]?.cells;
  if (cells === undefined) return missing("table1");
  const halves = ["single-task", "instruct", "fixed"].flatMap((row) =>
    TABLE1_COLUMNS.flatMap(({ task, metric }) => {
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

const promptIsWeak: Check = (findings) => {
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

const tradeIsFlat: Check = (findings) => {
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

const oneTaskIsUnclear: Check = (findings) => {
  const content = findings["fig4"]?.content as InstructionSpace | undefined;
  const filtered = content?.corpora.find(({ corpus }) => corpus === "filtered");
  if (filtered === undefined) return missing("fig4");
  const missed = Object.entries(filtered.taskCentroid).map(([task, { mean }]) => ({ task, share: 1 - mean }));
  const all = missed.reduce((sum, { share }) => sum + share, 0);
  const worst = missed.toSorted((a, b) => b.share - a.share)[0];
  if (worst === undefined || all === 0) return { outcome: "does not hold", evidence: "none is wrong" };
  return {
    outcome: worst.share > all / 2 ? "holds" : "does not hold",
    evidence: `${worst.task} has ${percent(worst.share / all)} of those that are wrong, ${
      percent(worst.share)
    } of its own`,
  };
};

/** Normal quantiles of a two-sided test at 5 % and of a power of 80 %. */
const TWO_SIDED = 1.96, POWER = 0.842;

/** The least difference that a test at 5 % finds with 80 % power, from a 95 % interval. */
export function minimalDetectable({ low, high }: { readonly low: number; readonly high: number }): number {
  return (high - low) / (2 * TWO_SIDED) * (TWO_SIDED + POWER);
}

const tooFewItems: Check = (_findings, { low, high, paper, region }) => {
  if (low === null || high === null) return unreadable("an interval");
  const edges = [region.low, region.high].filter((edge): edge is number => edge !== null);
  const apart = paper === null ? 0 : Math.min(...edges.map((edge) => Math.abs(paper - edge)));
  const effect = apart > 0 ? apart : LITTLE_DIFFERENCE;
  const least = minimalDetectable({ low, high });
  const times = (least / effect) ** 2;
  return {
    outcome: least > effect ? "holds" : "does not hold",
    evidence:
      `found with 80 % power: ${decimal(least)} or more; ${
        apart > 0 ? "the paper's number is" : "asked for:"
      } ${decimal(effect)}${apart > 0 ? " from the border" : ""}` +
      (times > 1
        ? `; about ${times < 10 ? times.toFixed(1) : Math.round(times).toLocaleString("en")} times the items`
        : ""),
  };
};

/** Tests by name. */
export const CELL_CHECKS = {
  nearTheStart,
  specialistCopiesMore,
  cellsAreUncertain,
  promptIsWeak,
  tradeIsFlat,
  oneTaskIsUnclear,
  tooFewItems,
} as const;
