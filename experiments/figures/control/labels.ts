/** How the models of the control figure are named. */
import { TARGETS } from "../uses/use_rows.ts";
import { CONTROL } from "./record.ts";
import type { ControlContent } from "./statements.ts";

/** A model's name, with the steps that tell a long training from a short one. @throws RangeError for a row that the record has not. */
export function modelLabel({ models }: ControlContent, row: string): string {
  if (row === TARGETS) return "Targets";
  const label = CONTROL.rows.find((each) => each.row === row)?.label;
  if (label === undefined) {
    throw new RangeError(
      `Naming a model of the control figure needs one of ${
        CONTROL.rows.map(({ row }) => row).join(", ")
      }, got ${row}`,
    );
  }
  const steps = models.find((model) => model.row === row)?.steps;
  return steps == null ? label : `${label}, ${steps.toLocaleString("en")} steps`;
}
