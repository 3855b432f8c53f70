/**
 * What a training shows of itself to whoever watches it, in a folder of its own: metrics.jsonl, one line a step, and event files for
 * TensorBoard. It is no output: nothing reads it, no hash covers it, and it may hold times.
 *
 * A training that goes on from a checkpoint takes back what its last session wrote behind that checkpoint, so that no step stands twice.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { writeFailure } from "../../lib/hub/mod.ts";
import { encodePng, type RgbPicture } from "../../lib/raster/mod.ts";
import {
  encodeEvent,
  encodeRecord,
  type EventContent,
  readRecords,
  stepOf,
} from "../../lib/tensorboard/mod.ts";

/** What a training shows of one step. */
export interface Watched {
  /** The batch's loss. */
  readonly loss: number;
  /** Global L2 norm of the gradient before clipping. */
  readonly gradientNorm: number;
  /** The rate in force. */
  readonly learningRate: number;
  /** Samples of a step, for the rate of samples per second. */
  readonly samples: number;
  /** Scores so far; those of this step are shown. */
  readonly validation?: readonly {
    readonly step: number;
    readonly task: string;
    readonly metric: string;
    readonly mean: number;
  }[];
}

/** The log of one training. */
export interface TrainingLog {
  /** Shows a step, counted from 1, of `total`. */
  show(step: number, total: number, watched: Watched): void;
  /** Shows pictures sampled with the weights behind a step; nothing before a first step was shown. */
  showPictures(step: number, picture: RgbPicture): void;
  close(): void;
}

/** Steps shown of a training, at most: of longer ones every second, third, … */
const MOST_STEPS = 5000;
const METRICS = "metrics.jsonl";
const EVENTS = "events.out.tfevents.";

/** Name of the event file of session `session`; names in order are read in order. */
const eventFile = (session: number): string => `${EVENTS}${String(session).padStart(6, "0")}`;

/** Event files of a folder, in order. */
const eventFiles = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith(EVENTS)).sort();

/** Bytes of the whole lines before step `first`. */
function linesBefore(file: Uint8Array, first: number): number {
  let kept = 0;
  for (let at = file.indexOf(10); at >= 0; at = file.indexOf(10, at + 1)) {
    try {
      const { step } = JSON.parse(new TextDecoder().decode(file.subarray(kept, at))) as { step: number };
      if (!(step < first)) break;
    } catch {
      break;
    }
    kept = at + 1;
  }
  return kept;
}

/** Bytes of the whole records before step `first`. */
function recordsBefore(file: Uint8Array, first: number): number {
  let kept = 0;
  for (const { event, end } of readRecords(file)) {
    if (stepOf(event) >= first) break;
    kept = end;
  }
  return kept;
}

/** Takes back all steps from `first` on; gives the number of sessions that are left. */
function takeBack(folder: string, first: number): number {
  if (first === 1) {
    for (const name of [METRICS, ...eventFiles(folder)]) rmSync(join(folder, name), { force: true });
    return 0;
  }
  const metrics = join(folder, METRICS);
  if (existsSync(metrics)) truncateSync(metrics, linesBefore(readFileSync(metrics), first));
  const files = eventFiles(folder);
  for (const name of files) {
    const path = join(folder, name);
    truncateSync(path, recordsBefore(readFileSync(path), first));
  }
  return files.length;
}

/** Values of a step by name, in the order in which they are shown. */
function valuesOf(
  step: number,
  { loss, gradientNorm, learningRate, validation = [] }: Watched,
  rate: number | undefined,
): Record<string, number> {
  return {
    "train/loss": loss,
    "train/gradient_norm": gradientNorm,
    "train/learning_rate": learningRate,
    ...(rate === undefined ? {} : { "train/samples_per_second": rate }),
    ...Object.fromEntries(
      validation.filter((each) => each.step === step).map(({ task, metric, mean }) => [
        `validation/${task}/${metric}`,
        mean,
      ]),
    ),
  };
}

/**
 * The log kept in `folder`, which need not exist yet. Its files are opened with the first step that is shown; what cannot be written is told
 * once and ends the log, not the training.
 *
 * @param options.now milliseconds since 1970.
 */
export function trainingLog(
  folder: string,
  { notice, now = Date.now }: { notice: (text: string) => void; now?: () => number },
): TrainingLog {
  let open: { metrics: number; events: number } | undefined;
  let ended = false;
  let before: { at: number; step: number } | undefined;
  const write = (file: number, content: Uint8Array) => {
    for (let done = 0; done < content.length;) done += writeSync(file, content, done);
  };
  const event = (file: number, step: number, content: EventContent) =>
    write(file, encodeRecord(encodeEvent({ seconds: now() / 1000, step }, content)));
  const openAt = (first: number) => {
    mkdirSync(folder, { recursive: true });
    const sessions = takeBack(folder, first);
    const events = openSync(join(folder, eventFile(sessions + 1)), "w");
    open = { metrics: openSync(join(folder, METRICS), "a"), events };
    event(events, 0, { kind: "version" });
    // A TensorBoard that reads along forgets what was taken back.
    if (sessions > 0) event(events, first, { kind: "start" });
    return open;
  };
  const close = () => {
    if (open) { for (const file of [open.metrics, open.events]) closeSync(file); }
    open = undefined;
  };
  const trying = (work: () => void) => {
    if (ended) return;
    try {
      work();
    } catch (error) {
      ended = true;
      const cause = writeFailure(error, folder);
      notice(`${cause instanceof Error ? cause.message : String(cause)}; the training goes on unwatched`);
    }
  };
  return {
    show: (step, total, watched) =>
      trying(() => {
        const files = open ?? openAt(step);
        const every = Math.ceil(total / MOST_STEPS);
        const scored = watched.validation?.some((each) => each.step === step) ?? false;
        if (step % every !== 0 && step !== total && !scored) return;
        const at = now();
        const rate = before && at > before.at
          ? (step - before.step) * watched.samples * 1000 / (at - before.at)
          : undefined;
        before = { at, step };
        const scalars = valuesOf(step, watched, rate);
        write(
          files.metrics,
          new TextEncoder().encode(`${JSON.stringify({ step, time: at / 1000, ...scalars })}\n`),
        );
        event(files.events, step, { kind: "values", scalars });
      }),
    showPictures: (step, picture) =>
      trying(() => {
        if (open === undefined) return;
        const { width, height } = picture;
        event(open.events, step, {
          kind: "values",
          pictures: { samples: { width, height, png: encodePng(picture) } },
        });
      }),
    close,
  };
}
