/** The paper's statement about Fig. 6 (Sec. 4.2). */
import { LITTLE_SCORE, type Statement } from "../../../lib/report/mod.ts";
import { JOINT, SINGLE_TASK } from "../table1/rows.ts";
import { differenceOf, overUses, type UseEvidence } from "../uses/use_evidence.ts";

/** What the paper says about the joint model's pictures beside the single-task models'. */
export const LIKENESS_STATEMENTS: readonly Statement<UseEvidence>[] = [
  {
    id: "joint-takes-as-much",
    section: "Fig. 6, 4.2",
    statement: "The joint model's pictures take from the condition what the single-task models' take.",
    quantity: "score of what should be taken, joint less single-task, mean over four tasks",
    region: { low: -LITTLE_SCORE },
    measure: (evidence) =>
      overUses(
        evidence,
        (mean) => differenceOf(mean, [JOINT, SINGLE_TASK], (task) => evidence.taken[task] as string),
      ),
  },
];
