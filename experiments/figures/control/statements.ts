/** What the control figure is rendered from, and the paper's statements about it as predicates over the matrix of the committed joint model. */
import {
  type CellMean,
  COLUMN_RIVALS,
  type ControlEntry,
  controlEntry,
  type ControlHeadline,
  controlOf,
  type ControlPlace,
  intervalOf,
  type Measured,
  type ResampledCells,
  resampledIntervals,
  type Statement,
} from "../../../lib/report/mod.ts";
import { PAPER_SOURCED } from "../ablations/record.ts";
import { JOINT } from "../table1/rows.ts";
import { COMMITTED_FREE } from "./record.ts";
import { COMMITTED } from "../uses/use_rows.ts";

/** A model of the figure. */
export interface ControlModelNote {
  /** Its row. */
  readonly row: string;
  /** Steps that it was trained for as a joint model; null for none. */
  readonly steps: number | null;
}

/** The content of the figure's result. */
export interface ControlContent {
  /** Models, in the order of the figure. */
  readonly models: readonly ControlModelNote[];
  /** Entries of their matrices, and of the targets' (row "ground-truth"). */
  readonly entries: readonly ControlEntry[];
  /** Their headlines. */
  readonly control: readonly ControlHeadline[];
}

/** Least control that counts: with less, most of what an instruction takes is taken under the others too. */
const LEAST_CONTROL = 0.3;

const QUANTITY =
  "mean of the matrix's entries that an instruction asks for less mean of those that it should leave, by oracles; 0 for a deaf model, 1 for the targets";

/** Numbers with the fewest conditions behind them, or why there are none. */
function measuredOf(resampled: ResampledCells, compute: (mean: CellMean) => readonly number[]): Measured {
  const found = resampledIntervals(resampled, compute);
  return found.quantities === undefined
    ? {
      quantities: [],
      evidence:
        "it needs all entries, and conditions whose targets have more of them than the prompt alone gives",
    }
    : { quantities: found.quantities, evidence: `at least ${found.items} conditions, paired` };
}

const controlled = (resampled: ResampledCells, row: string) =>
  measuredOf(resampled, (mean) => [controlOf(mean, row, "oracle")]);

/**
 * The statements. A model that is deaf to its instruction, one that copies under any instruction and one that does nothing have a control of 0 and no
 * entry above another of its column.
 */
export const CONTROL_STATEMENTS: readonly Statement<ResampledCells>[] = [
  {
    id: "instruction-controls",
    section: "4.4",
    statement:
      "The instruction decides what is taken from the condition. (Of the committed joint model; IPAdapter+ has none to compare with.)",
    quantity: QUANTITY,
    region: { low: LEAST_CONTROL },
    measure: (resampled) => controlled(resampled, COMMITTED),
  },
  {
    id: "own-instruction-takes-most",
    section: "4.4",
    statement:
      "Look, thing, layout, person and the whole are each taken most under the instruction that asks for them.",
    quantity:
      "smallest difference of two entries of a column, under the instruction that asks for it less under another (but replication, which takes all), by oracles",
    region: { low: 0 },
    measure: (resampled) =>
      measuredOf(resampled, (mean) =>
        COLUMN_RIVALS.map(({ own, other }) => {
          const entry = (place: ControlPlace) =>
            controlEntry(mean, COMMITTED, { ...place, scorer: "oracle" });
          return entry(own) - entry(other);
        })),
  },
  {
    id: "free-wordings-control",
    section: "3.3",
    statement:
      "Text makes the understanding of instructions flexible: wordings typed freely, without the tasks' keywords, decide it too.",
    quantity: `${QUANTITY}; in free wordings`,
    region: { low: LEAST_CONTROL },
    measure: (resampled) => controlled(resampled, COMMITTED_FREE),
  },
  {
    id: "shared-conditions-need-the-instruction",
    section: "3.4",
    statement:
      "What the instruction is worth depends on whether the condition gives the task away: trained on conditions that all tasks share, the joint " +
      "model heeds it more than trained on sets with a kind of condition for each task, as the paper's are. (Our finding; the paper has only " +
      "the latter.)",
    quantity:
      `${QUANTITY}: Table 1's joint model, trained on shared conditions, less the same trained on the paper's kind of sources`,
    region: { low: 0 },
    measure(resampled) {
      const apart = measuredOf(resampled, (mean) => [
        controlOf(mean, JOINT, "oracle") - controlOf(mean, PAPER_SOURCED, "oracle"),
      ]);
      const [shared, paper] = [JOINT, PAPER_SOURCED].map((row) => controlled(resampled, row).quantities[0]);
      if (shared === undefined || paper === undefined) return apart;
      return {
        ...apart,
        evidence: `shared conditions ${intervalOf(shared)}, the paper's kind ${
          intervalOf(paper)
        }; ${apart.evidence}`,
      };
    },
  },
];
