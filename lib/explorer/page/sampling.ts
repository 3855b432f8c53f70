/// <reference lib="dom" />
/** Samplings: asked for, followed step by step, ended early. One at a time. */
import { signal } from "@preact/signals";
import { cancelSampling, sample } from "./calls.ts";
import { commit, gallery, lookedAt, said, tasks, view } from "./store.ts";
import { taskPictures, type TaskRow, taskRows } from "./task_rows.ts";
import type { Kind } from "./view_state.ts";
import { type GalleryEntry, galleryPicture, type SampleBody } from "../api.ts";

/** Names this page to whoever samples; `randomUUID` is not there on plain http. */
const CLIENT = crypto.getRandomValues(new Uint32Array(4)).join("-");
/** Pictures of a row. */
export const NOISES = 4;
/** Pictures along a walk. */
const WALK_STEPS = 8;

/** A picture in the making. */
export interface Sampled {
  /** data: URL. */
  readonly source: string;
  /** There when it is finished. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** A row of pictures under one instruction, a task's own or another. */
export interface SampledRow extends TaskRow {
  /** By place; undefined where nothing has come yet. */
  readonly pictures: readonly (Sampled | undefined)[];
}

/** A sampling. */
export interface Sampling {
  /** Counts the page's samplings, from 1. */
  readonly number: number;
  readonly kind: Kind;
  readonly running: boolean;
  readonly rows: readonly SampledRow[];
  readonly plus?: SampledRow;
  readonly target?: Sampled;
  /** Source of the condition's picture. */
  readonly condition: string;
  /** The gallery's entry that it is of; absent for the user's own. */
  readonly item: GalleryEntry | undefined;
  /** Steps done and in all, of the model at work. */
  readonly done: number;
  readonly total: number;
  readonly notes: readonly string[];
  readonly seconds?: number;
  readonly problem?: string;
}

/** The last sampling. */
export const sampling = signal<Sampling | undefined>(undefined);

let abort: AbortController | undefined;
let samplings = 0;

/** Texts that pictures are made for. */
export function wantedTexts(): readonly string[] {
  const { compared } = view.value;
  const looked = lookedAt.value;
  return compared.length > 0 ? compared : looked === undefined ? [] : [looked];
}

/** The gallery's entry that is chosen. */
function chosenItem(): GalleryEntry | undefined {
  return gallery.value?.find(({ id }) => id === view.value.gallery);
}

/** The prompt in force. */
export function promptInForce(): string {
  return view.value.prompt ?? chosenItem()?.prompt ?? "";
}

function settings(): Omit<SampleBody, "pictures" | "plus"> {
  const { gallery: id, picture, seed, scale, steps, guidance } = view.value;
  return {
    client: CLIENT,
    condition: id === "own" && picture ? { picture } : { gallery: id },
    prompt: promptInForce(),
    seed,
    steps,
    guidance,
    adapterScale: scale,
  };
}

function conditionSource(): string {
  const { gallery: id, picture } = view.value;
  return id === "own" && picture ? source(picture) : galleryPicture(id);
}

const source = (png: string) => `data:image/png;base64,${png}`;
const empty = (length: number) => Array<undefined>(length).fill(undefined);

/** The row of the model that takes no instruction. */
const plusRow = (length: number): SampledRow => ({
  label: "IPAdapter+, which takes no instruction",
  pictures: empty(length),
});

/** Samples what is asked for under the settings in force, and shows it as it comes; what was under way is ended. */
async function follow(
  asked: Pick<SampleBody, "pictures" | "plus">,
  start: Pick<Sampling, "kind" | "rows" | "plus">,
): Promise<void> {
  abort?.abort();
  const own = abort = new AbortController();
  const body = { ...settings(), ...asked };
  let now: Sampling = {
    ...start,
    number: ++samplings,
    running: true,
    condition: conditionSource(),
    item: chosenItem(),
    done: 0,
    total: 0,
    notes: [],
  };
  const update = (change: Partial<Sampling>) => {
    now = { ...now, ...change };
    if (abort === own) sampling.value = now;
  };
  update({});
  requestAnimationFrame(() => document.querySelector(".results")?.scrollIntoView({ block: "start" }));
  const width = start.rows[0]!.pictures.length;
  const put = (row: SampledRow, at: number, picture: Sampled): SampledRow => ({
    ...row,
    pictures: row.pictures.map((old, i) => i === at ? picture : old),
  });
  try {
    for await (const line of sample(body, own.signal)) {
      if (line.kind === "step") update({ done: line.done, total: line.total });
      if (line.kind === "step" || line.kind === "finished") {
        for (const { at, png, scores } of line.pictures) {
          const made: Sampled = { source: source(png), ...(scores ? { scores } : {}) };
          if (line.model === "target") update({ target: made });
          else if (line.model === "plus") update({ plus: put(now.plus!, at, made) });
          else {
            const place = Math.floor(at / width);
            update({ rows: now.rows.map((row, i) => i === place ? put(row, at % width, made) : row) });
          }
        }
      } else if (line.kind === "done") {
        update({ running: false, seconds: line.seconds, notes: line.notes });
        said.value = "The pictures are finished";
      } else if (line.kind === "cancelled") update({ running: false, problem: "Cancelled." });
      else if (line.kind === "error") update({ running: false, problem: line.error });
    }
  } catch (error) {
    update({
      running: false,
      problem: own.signal.aborted ? "Cancelled." : error instanceof Error ? error.message : String(error),
    });
  }
}

/** Samples the wanted texts: a row of pictures each, from the same noises. */
export async function samplePictures(): Promise<void> {
  const texts = wantedTexts();
  if (texts.length === 0) return;
  commit({ sampled: "pictures" }, { replace: true });
  const noises = Array.from({ length: NOISES }, (_, noise) => noise);
  const { plus } = view.value;
  await follow({
    plus,
    pictures: texts.flatMap((text) => noises.map((noise) => ({ texts: [text], noise }))),
  }, {
    kind: "pictures",
    rows: texts.map((label) => ({ label, pictures: empty(NOISES) })),
    ...(plus ? { plus: plusRow(NOISES) } : {}),
  });
}

/** Samples one picture under each task's own instruction, and under the wanted texts beside them, all from the first noise. */
export async function sampleTasks(): Promise<void> {
  commit({ sampled: "tasks" }, { replace: true });
  const rows = taskRows(tasks.value, wantedTexts());
  const { plus } = view.value;
  await follow({ plus, pictures: taskPictures(rows) }, {
    kind: "tasks",
    rows: rows.map((row) => ({ ...row, pictures: empty(1) })),
    ...(plus ? { plus: plusRow(1) } : {}),
  });
}

/** Samples along the line between two embeddings, all from one noise. */
export async function sampleWalk(from: string, to: string): Promise<void> {
  commit({ sampled: "walk", walkFrom: from, walkTo: to }, { replace: true });
  await follow({
    plus: false,
    pictures: Array.from({ length: WALK_STEPS }, (_, i) => ({
      texts: [from, to],
      mix: i / (WALK_STEPS - 1),
      noise: 0,
    })),
  }, {
    kind: "walk",
    rows: [{ label: `from “${from}” to “${to}”`, pictures: empty(WALK_STEPS) }],
  });
}

/** Ends the sampling. */
export function cancel(): void {
  abort?.abort();
  cancelSampling(CLIENT).catch(() => {}); // the closed connection has ended it already
}
