/** Notebooks: what the Deno kernel's front end is shown while a job runs. What results look like is `lib/plots`' work. */

export { type LiveFigure, liveFigure } from "./live_figure.ts";
export type { JobProgress } from "./progress_bar.ts";
export { type JobContext, type JobOptions, runJob } from "./run_job.ts";
export { duration } from "./duration.ts";
