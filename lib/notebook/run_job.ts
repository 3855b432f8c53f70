/** Long jobs in a notebook: a progress bar in one output, a cancel button beside it, and one AbortSignal for both and for the caller. */
import { performance } from "node:perf_hooks";
import { cancelButton, openCancelAddress } from "./cancel_button.ts";
import { notebookOutput } from "./kernel.ts";
import { type JobProgress, progressBundle } from "./progress_bar.ts";

/** What a job gets. */
export interface JobContext {
  /** Aborted by the button, by the caller's signal, and by an interrupt where that would end the kernel. The job must heed it. */
  readonly signal: AbortSignal;
  /** Tells how far the job is; may be called often. */
  progress(done: number, total: number, note?: string): void;
}

/** How a job is shown. */
export interface JobOptions {
  /** Cancels the job, too. */
  readonly signal?: AbortSignal;
  /** Least milliseconds between two updates of the bar, default 200. */
  readonly every?: number;
  /** Whether there is a cancel button, default yes. Without one the signal is the caller's alone: for jobs that cannot heed it. */
  readonly button?: boolean;
  /** Called with progress as well, also outside notebooks. */
  readonly onProgress?: (progress: JobProgress) => void;
}

let jobs = 0;

/** What a cancelled job rejects with. Where it was thrown, in the button's listener, means nothing to the reader of a cell. */
function cancelled(title: string): DOMException {
  const error = new DOMException(`${title}: cancelled`, "AbortError");
  Object.defineProperty(error, "stack", { value: `AbortError: ${title}: cancelled` });
  return error;
}

/**
 * Runs a job. In a notebook it shows a bar and a cancel button until the job ends; elsewhere it only runs it. A cancelled job rejects with
 * the signal's reason, an `AbortError`, which ends its cell. Cells that "Run all" has sent already run on: the Deno kernel does not drop
 * them after an error.
 */
export async function runJob<T>(
  title: string,
  job: (context: JobContext) => Promise<T>,
  options: JobOptions = {},
): Promise<T> {
  const { every = 200, button = true, onProgress } = options;
  const abort = new AbortController();
  const cancel = () => abort.abort(cancelled(title));
  const signal = options.signal ? AbortSignal.any([abort.signal, options.signal]) : abort.signal;
  const output = notebookOutput();
  if (!output) {
    return await job({
      signal,
      progress: (done, total, note) => onProgress?.({ done, total, note }),
    });
  }
  const began = performance.now();
  const id = `job-${crypto.randomUUID()}-${++jobs}`, buttonId = `${id}-button`;
  let latest: JobProgress | undefined;
  let ended: string | undefined;
  let sent = began;
  let sending: Promise<unknown> = Promise.resolve();
  const render = (update: boolean) => {
    sent = performance.now();
    const bundle = progressBundle(title, { progress: latest, seconds: (sent - began) / 1000, ended });
    sending = sending.then(() => output.show(bundle, { id, update }));
  };
  render(false);
  const address = button ? openCancelAddress(cancel) : undefined;
  if (address) sending = sending.then(() => output.show(cancelButton(address.url), { id: buttonId }));
  // With Deno's own kernelspec the stop button is this signal, which would end the kernel and all its state.
  const interruptible = button && Deno.build.os !== "windows";
  if (interruptible) Deno.addSignalListener("SIGINT", cancel);
  try {
    const value = await job({
      signal,
      progress(done, total, note) {
        latest = { done, total, note };
        onProgress?.(latest);
        if (performance.now() - sent >= every) render(true);
      },
    });
    ended = "done";
    return value;
  } catch (error) {
    ended = signal.aborted ? "cancelled" : "failed";
    throw error;
  } finally {
    if (interruptible) Deno.removeSignalListener("SIGINT", cancel);
    render(true);
    const gone = { "text/html": "<span></span>", "text/plain": "" };
    if (address) sending = sending.then(() => output.show(gone, { id: buttonId, update: true }));
    await sending;
    await Promise.all([output.settle(), address?.close()]);
  }
}
