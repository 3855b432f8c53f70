/** What executors compute: a command's work as stages, of which any process can compute one. */
import { fileURLToPath } from "node:url";
import type { Stage } from "../runner/mod.ts";
import type { Device, ExperimentProgram } from "../setting/experiment.ts";

/** Program that computes single stages of the commands' workloads. */
export const STAGE_ENTRY: string = fileURLToPath(new URL("../run_stage.ts", import.meta.url));

/** What is asked of a workload, as JSON; each has more fields of its own. */
export interface WorkloadRequest {
  readonly device: Device;
}

/** A command's work. */
export interface Workload {
  /** The last stages; their parents follow. @throws UserError when the request cannot be planned */
  targets(request: WorkloadRequest): readonly Stage[];
  /** Called once in each process before it computes anything. @throws UserError when what it needs is not there */
  prepare(request: WorkloadRequest): Promise<void>;
}

/** A workload's line in a list: it is loaded when asked for. */
export interface WorkloadEntry {
  readonly id: string;
  load(): Promise<Workload>;
}

/** An experiment's entry in the list: its program is loaded when asked for. */
export interface ExperimentEntry {
  readonly id: string;
  load(): Promise<{ readonly figure: ExperimentProgram }>;
}

/** Experiments as workloads. */
export const workloadsOf = (experiments: readonly ExperimentEntry[]): WorkloadEntry[] =>
  experiments.map(({ id, load }) => ({ id, load: async () => (await load()).figure }));
