/** How far a job is, as a notebook output. */
import { duration } from "./duration.ts";
import { escapeHtml, type MediaBundle } from "../plots/mod.ts";

/** How far a job is. */
export interface JobProgress {
  /** Units done, 0 … total. */
  readonly done: number;
  /** Units in all. */
  readonly total: number;
  /** A few words, such as the loss. */
  readonly note?: string;
}

/**
 * A bar with count, time and a guess at what is left.
 *
 * @param state.seconds since the job began.
 * @param state.ended a word for how it ended; absent while it runs.
 */
export function progressBundle(
  title: string,
  state: { progress?: JobProgress; seconds: number; ended?: string },
): MediaBundle {
  const { progress, seconds, ended } = state;
  const share = progress && progress.total > 0 ? Math.min(1, progress.done / progress.total) : undefined;
  const left = share && share < 1 && !ended ? `, about ${duration(seconds * (1 - share) / share)} left` : "";
  const words = [
    ended ?? "running",
    progress ? `${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")}` : "",
    `${duration(seconds)}${left}`,
    progress?.note ?? "",
  ].filter(Boolean).join(" · ");
  const bar = ended !== undefined && share !== 1
    ? ""
    : `<progress style="width:100%;max-width:32em"${
      share === undefined ? "" : ` value="${share.toFixed(4)}"`
    } max="1"></progress><br>`;
  return {
    "text/html": `<div role="status"><b>${escapeHtml(title)}</b><br>${bar}<small>${
      escapeHtml(words)
    }</small></div>`,
    "text/plain": `${title}: ${words}`,
  };
}
