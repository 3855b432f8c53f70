/** Fig. 6 as data. */
import type { Table1Row } from "../../../lib/report/mod.ts";
import { type ColouredRow, USE_ROWS } from "../uses/use_rows.ts";
import type { Experiment } from "../../setting/experiment.ts";
import { PARTIAL_TASKS } from "../uses/use_evidence.ts";

/** The experiment, as data. */
export const FIG6 = {
  id: "fig6",
  name: "Fig. 6",
  title: "Fig. 6: the joint model beside the single-task models",
  paper: "Fig. 6, Sec. 4.2",
  says:
    "The joint model's pictures are like the single-task models'; now and then it leaks what it should not.",
  tasks: PARTIAL_TASKS,
  /** The rows of Table 1 that are shown. */
  rows: [USE_ROWS.single, USE_ROWS.joint],
} as const satisfies Experiment & { readonly rows: readonly (ColouredRow & { readonly row: Table1Row })[] };
