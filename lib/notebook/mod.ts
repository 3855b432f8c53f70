/** Notebooks: what the Deno kernel's front end is shown while a job runs. What results look like is `lib/plots`' work. */
export { type CancelAddress, cancelButton, openCancelAddress } from "./cancel_button.ts";
export { type NotebookOutput, notebookOutput } from "./kernel.ts";
export { type LiveFigure, liveFigure } from "./live_figure.ts";
export { type JobProgress, progressBundle } from "./progress_bar.ts";
export { type JobContext, type JobOptions, runJob } from "./run_job.ts";
export { duration } from "./duration.ts";
