/** A plan on disk: what a process of its own needs to compute any one stage of it. */
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite, ownJson } from "../../lib/hub/mod.ts";
import type { PlannedKey } from "../runner/mod.ts";
import type { WorkloadRequest } from "./workload.ts";

/** A workload as it was asked for, and the keys of its stages. */
export interface PlanFile {
  /** Its id in the list of the program that computes it. */
  readonly workload: string;
  readonly request: WorkloadRequest;
  readonly cacheFolder: string;
  readonly planned: Readonly<Record<string, PlannedKey>>;
}

/** Writes a plan. */
export const writePlan = (path: string, plan: PlanFile): Promise<void> =>
  atomicWrite(path, `${JSON.stringify(plan)}\n`);

/** Reads a plan. @throws UserError where there is none */
export function readPlan(path: string): PlanFile {
  const plan = ownJson<PlanFile>(path);
  if (plan) return plan;
  throw new UserError(`Running a stage needs the plan ${path}, found none that can be read`);
}
