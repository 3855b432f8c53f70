/** The paper's statements about Fig. 9 (Sec. 3.1, 4.4) as predicates over paired cell means. */
import {
  type CellMean,
  LITTLE_SCORE,
  ON_PAR_MARGIN,
  type SampleRow,
  type Statement,
} from "../../../lib/report/mod.ts";
import { LEAK_SCORE } from "../../setting/score_names.ts";
import { JOINT, SINGLE_TASK } from "../table1/rows.ts";
import { TARGETS } from "../uses/use_rows.ts";
import { differenceOf, overUses, type UseEvidence } from "../uses/use_evidence.ts";

/** Name of {@link withLeaksMore}'s score. */
export const LEAKS_MORE = "leaks more";

/** How much more of the condition must leak to be seen: a tenth of the pixels takes its colours, or its object is recognised. */
const SEEN_LEAK = 0.1;

/**
 * Adds {@link LEAKS_MORE} to the samples of the rows instruct and single-task: 1 where the item leaks by more than 0.1 more than in the
 * other row with the same seed, otherwise 0. Samples without a leak, or without the other row's, stay as they are.
 */
export function withLeaksMore(samples: readonly SampleRow[]): SampleRow[] {
  const other: Readonly<Record<string, string>> = { [JOINT]: SINGLE_TASK, [SINGLE_TASK]: JOINT };
  const name = (row: string | undefined, { task, seed, index }: SampleRow) =>
    `${row}/${task}/${seed}/${index}`;
  const leaks = new Map(samples.map((sample) => [name(sample.row, sample), sample.scores[LEAK_SCORE]]));
  return samples.map((sample) => {
    const [own, theirs] = [sample.scores[LEAK_SCORE], leaks.get(name(other[sample.row], sample))];
    if (own === undefined || theirs === undefined) return sample;
    return { ...sample, scores: { ...sample.scores, [LEAKS_MORE]: Number(own - theirs > SEEN_LEAK) } };
  });
}

const takes = ({ taken }: UseEvidence, mean: CellMean, more: string, less: string) =>
  differenceOf(mean, [more, less], (task) => taken[task] as string);
const leaks = (mean: CellMean, more: string, less: string) =>
  differenceOf(mean, [more, less], () => LEAK_SCORE);

/**
 * What the paper says about the adapters in use, judged by cells of all rows with {@link withLeaksMore}'s score. Its main model (Sec. 4.4) is here the
 * committed joint adapter, or at a scale without one Table 1's joint model; the captions of Table 1's models are about those.
 *
 * `plus-leaks` guards against a model that does nothing: it needs, besides less leak than IPAdapter+, that the joint model takes more than the prompt
 * alone does, which a switched-off adapter cannot pass; the smaller of both margins is judged, by its own interval; so does
 * `longer-training-leaks-less`, which a model that takes clearly less cannot pass. What the instruction decides is judged on the control figure.
 * `joint-leaks-more` is of single pictures, as the paper's "occasionally" is, not of their mean.
 */
export const USE_STATEMENTS: readonly Statement<UseEvidence>[] = [
  {
    id: "plus-carries-over",
    section: "3.1",
    statement:
      "Trained only to reproduce, IPAdapter+ still carries style, structure and identity over to other prompts.",
    quantity: "score of what should be taken, IPAdapter+ less prompt alone, mean over four tasks",
    region: { low: 0 },
    measure: (evidence) =>
      overUses(evidence, (mean) => takes(evidence, mean, "ip-adapter-plus", "text-only")),
  },
  {
    id: "replication-kept",
    section: "3.2, 3.4",
    statement: "Instructed to replicate, the joint model does what IPAdapter+ does.",
    quantity: "relative difference of replication CLIP-I, main model against IPAdapter+",
    region: { low: -ON_PAR_MARGIN },
    measure: (evidence) =>
      overUses(
        evidence,
        (mean) =>
          mean(evidence.main.row, "replication", "CLIP-I") /
            mean("ip-adapter-plus", "replication", "CLIP-I") - 1,
        evidence.main.name,
      ),
  },
  {
    id: "plus-leaks",
    section: "Fig. 9, caption",
    statement: "IPAdapter+ leaks more from the condition into the picture than the instructed model.",
    quantity:
      "the smaller of two: leak, IPAdapter+ less main model; score of what should be taken, main model less prompt alone; means over four tasks",
    region: { low: 0 },
    measure: (evidence) =>
      overUses(evidence, (mean) =>
        Math.min(
          leaks(mean, "ip-adapter-plus", evidence.main.row),
          takes(evidence, mean, evidence.main.row, "text-only"),
        ), evidence.main.name),
  },
  {
    id: "plus-worse-at-faces",
    section: "Fig. 9, caption",
    statement: "IPAdapter+ is worse at carrying a face over.",
    quantity: "share of the face's attributes kept, main model less IPAdapter+",
    region: { low: 0 },
    measure(evidence) {
      const score = evidence.taken["face"] as string;
      return overUses(
        evidence,
        (mean) => mean(evidence.main.row, "face", score) - mean("ip-adapter-plus", "face", score),
        evidence.main.name,
      );
    },
  },
  {
    id: "composition-bleeds-style",
    section: "4.4",
    statement: "Instructed to take the composition, the joint model also lets the condition's look through.",
    quantity: "leak of the composition task, main model less target",
    region: { low: 0 },
    measure: (evidence) =>
      overUses(
        evidence,
        (mean) =>
          mean(evidence.main.row, "composition", LEAK_SCORE) - mean(TARGETS, "composition", LEAK_SCORE),
        evidence.main.name,
      ),
  },
  {
    id: "joint-leaks-more",
    section: "Fig. 6, caption",
    statement: "Now and then the joint model leaks what the single-task models do not.",
    quantity:
      `share of pictures that leak by more than ${SEEN_LEAK} more than the other model's, instruct less single-task, mean over four tasks`,
    region: { low: 0 },
    measure: (evidence) =>
      overUses(
        evidence,
        (mean) => differenceOf(mean, [JOINT, SINGLE_TASK], () => LEAKS_MORE),
        "Table 1's joint model",
      ),
  },
  {
    id: "longer-training-leaks-less",
    section: "Fig. 6, caption",
    statement: "Further training resolves such leaks.",
    quantity:
      "the smaller of two: leak, Table 1's joint model less the main one; score of what should be taken, the main one less Table 1's, beyond " +
      `−${LITTLE_SCORE}; means over four tasks`,
    region: { low: 0 },
    measure(evidence) {
      const { row, trainedLonger } = evidence.main;
      if (!trainedLonger) {
        return { quantities: [], evidence: "it needs a model that was trained for longer" };
      }
      return overUses(
        evidence,
        (mean) => Math.min(leaks(mean, JOINT, row), takes(evidence, mean, row, JOINT) + LITTLE_SCORE),
      );
    },
  },
];
