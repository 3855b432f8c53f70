/** A plan for people. */
import { duration } from "../../lib/notebook/duration.ts";
import type { PlannedStage } from "./plan_stages.ts";

/** The plan as text: one line per stage, then the expected time. */
export function planText(plan: readonly PlannedStage[]): string {
  const widest = Math.max(...plan.map(({ stage }) => stage.id.length));
  const rows = plan.map(({ stage, action, reason, expectedSeconds }) =>
    `${action.padEnd(10)}  ${stage.id.padEnd(widest)}  ${
      action === "run" ? duration(expectedSeconds).padStart(11) : "".padStart(11)
    }  ${reason}`
  );
  const running = plan.filter(({ action }) => action === "run");
  const seconds = running.reduce((sum, { expectedSeconds }) => sum + expectedSeconds, 0);
  return `${rows.join("\n")}\n\n${running.length} of ${plan.length} stages to run, about ${
    duration(seconds)
  }\n`;
}
