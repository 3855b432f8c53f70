/** Stages with content-hash keys: planned, computed once, resumed after a kill. */
export {
  type Ancestor,
  type Checkpoint,
  inOrder,
  type RunEvent,
  type Stage,
  type StageContext,
  type StageOrigin,
  type StageOutput,
  Stopped,
} from "./stage.ts";
export { endOfStep } from "./end_of_step.ts";
export { canonicalJson, stageKeys } from "./stage_key.ts";
export type { CodeEntry } from "./reached_code.ts";
export { type StageCode, stageCode, stageMaker } from "./stage_code.ts";
export { type PlannedStage, planStages } from "./plan_stages.ts";
export { planText } from "./plan_text.ts";
export { type Executor, runStages, StagesFailed } from "./run_stages.ts";
export { ParentsMissing, type PlannedKey, plannedKeys, runPlanned } from "./run_planned.ts";
export { type TrainingLog, trainingLog, type Watched } from "./training_log.ts";
export { currentOrigin, originOfCode } from "./origin.ts";
export { type ProgressDisplay, progressDisplay } from "./progress_display.ts";
export { stageFolder } from "./stage_store.ts";
export { hostHere, jobHere } from "./holder.ts";
