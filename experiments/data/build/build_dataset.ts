/**
 * Building a task's pairs for the paper's scale from sources that a person has (Sec. 3.4): candidates in a seeded order become pairs, the first of them,
 * of different groups, held out; then a journal's lines become the files that `deno task data check` and the training read.
 *
 *     DIR/train.jsonl, val.jsonl    one pair a line, in the seeded order
 *     DIR/conditions/, targets/ …   pictures, named by a hash
 *     DIR/broken.jsonl              what was passed over, and why
 *     DIR/NOTICE.md                 the sources and their licences
 *     DIR/build/                    the journal, and what determines the pairs
 *
 * The same settings give the same files, whether they were made at once, after kills, or with a larger count later.
 */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { atomicWrite, type Json, PARTIAL, sha256 } from "../../../lib/hub/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import type { Holder } from "../../runner/holder.ts";
import { type StageLock, takeLock } from "../../runner/stage_lock.ts";
import { linesName, linesPath, PAIR_SPLITS } from "../../paper/pair_lines.ts";
import { PAPER_DATASETS } from "../../paper/paper_datasets.ts";
import { BrokenPicture } from "../sources/source_picture.ts";
import { openBuildJournal, type Outcome } from "./build_journal.ts";
import type { Captioner } from "./captioner.ts";
import { noticeText } from "./notice.ts";
import type { Candidate, OpenBuilder, PairDraft } from "./pair_builder.ts";
import { builderOf } from "./pair_builders.ts";

/** What to build. */
export interface BuildRequest {
  readonly task: TaskId;
  readonly folder: string;
  /** Pairs to train on; absent: all there are. */
  readonly count: number | undefined;
  /** Pairs to hold out. */
  readonly validation: number;
  readonly seed: number;
  /** Values of the builder's options. */
  readonly values: ReadonlyMap<string, string>;
  readonly captioner: Captioner;
  /** Pairs that are made at once, where the builder can. */
  readonly parallel: number;
  readonly progress?: (done: number, total: number) => void;
  /** Stops between two pairs. */
  readonly signal?: AbortSignal;
  /** Called once where another process builds into the folder, with its name: it is waited for. */
  readonly onWait?: (holder: Holder | undefined) => void;
}

/** What was built. */
export interface BuildReport {
  readonly train: number;
  readonly val: number;
  /** Made in this run; the others were there. */
  readonly made: number;
  readonly broken: number;
  /** Whether there are as many as asked for. */
  readonly complete: boolean;
}

/** Share of candidates beyond those asked for that take the place of broken ones, and how many at least. */
const RESERVE = { share: 0.25, least: 100 } as const;

/** The splits that outcomes give: a group that is held out is in no training. */
class Splits {
  readonly val: Candidate[] = [];
  readonly train: Candidate[] = [];
  readonly #held = new Set<string>();
  constructor(readonly validation: number, readonly count: number) {}

  get full(): boolean {
    return this.val.length === this.validation && this.train.length >= this.count;
  }
  get missing(): number {
    return this.validation - this.val.length + this.count - this.train.length;
  }
  /** Whether its group is held out already. */
  closedTo({ group }: Candidate): boolean {
    return this.#held.has(group);
  }
  take(candidate: Candidate): void {
    if (this.closedTo(candidate) || this.full) return;
    if (this.val.length < this.validation) {
      this.val.push(candidate);
      this.#held.add(candidate.group);
    } else this.train.push(candidate);
  }
}

const settingsPath = (folder: string) => join(folder, "build", "settings.json");

/** @throws UserError when the folder holds pairs of another origin. */
function checkOwn(folder: string): void {
  if (existsSync(settingsPath(folder))) return;
  const there = PAIR_SPLITS.find((split) => existsSync(linesPath(folder, split)));
  if (there === undefined) return;
  throw new UserError(
    `Building into ${folder} failed: it holds a ${linesName(there)} that was not built by this command`,
  );
}

/** @throws UserError when the folder holds pairs that were built otherwise. */
async function checkIdentity(folder: string, identity: Readonly<Record<string, Json>>): Promise<void> {
  const path = settingsPath(folder);
  const text = JSON.stringify(identity, null, 2) + "\n";
  if (!existsSync(path)) return await atomicWrite(path, text);
  let before: Record<string, Json>;
  try {
    before = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UserError(`Reading ${path} failed: expected JSON, got something else`);
  }
  for (const name of new Set([...Object.keys(identity), ...Object.keys(before)])) {
    const [then, now] = [JSON.stringify(before[name]), JSON.stringify(identity[name])];
    if (then === now) continue;
    throw new UserError(
      `Building into ${folder} failed: expected the settings it was begun with, got another ${name} (${then} then, ${now} now): choose another folder`,
    );
  }
}

/** Deletes what a killed build was writing; nobody else builds here. */
function sweep(folder: string, pictures: readonly string[]): void {
  for (const place of ["build", ...pictures.map((name) => `${name}s`)].map((name) => join(folder, name))) {
    if (!existsSync(place)) continue;
    for (const name of readdirSync(place)) {
      if (name.endsWith(PARTIAL)) rmSync(join(place, name), { force: true });
    }
  }
}

/** Writes a pair's pictures and gives its line. */
async function keep(
  folder: string,
  fields: readonly { name: string; kind: string }[],
  draft: PairDraft,
): Promise<Record<string, string>> {
  const line: Record<string, string> = {};
  for (const { name, kind } of fields) {
    if (kind === "text") {
      const text = draft.texts[name];
      if (text !== undefined) line[name] = text;
      continue;
    }
    const picture = draft.pictures[name];
    if (picture === undefined) continue;
    const path = `${name}s/${sha256(picture.name).slice(0, 20)}${picture.extension}`;
    await atomicWrite(join(folder, path), picture.bytes);
    line[name] = path;
  }
  return line;
}

const isWhole = (folder: string, outcome: Outcome | undefined, pictures: readonly string[]): boolean =>
  outcome !== undefined && "line" in outcome &&
  pictures.every((name) => outcome.line[name] === undefined || existsSync(join(folder, outcome.line[name])));

/** Makes what is missing, candidate after candidate. */
async function makeAll(
  open: OpenBuilder,
  request: BuildRequest,
  { splits, outcomeOf, add }: {
    splits: Splits;
    outcomeOf: (candidate: Candidate) => Outcome | undefined;
    add: (candidate: Candidate, outcome: Outcome) => void;
  },
): Promise<{ made: number; broken: Map<string, string> }> {
  const { folder, task, parallel, signal, progress } = request;
  const { fields } = PAPER_DATASETS[task];
  const broken = new Map<string, string>();
  const total = Math.min(open.candidates.length, splits.missing);
  let next = 0, made = 0;
  const makeOne = async (candidate: Candidate): Promise<Outcome> => {
    const known = outcomeOf(candidate);
    if (known) return known;
    try {
      const outcome = { line: await keep(folder, fields, await open.make(candidate)) };
      add(candidate, outcome);
      made++;
      return outcome;
    } catch (error) {
      if (!(error instanceof BrokenPicture)) throw error;
      const outcome = { broken: error.message };
      add(candidate, outcome);
      return outcome;
    }
  };
  while (!splits.full && next < open.candidates.length) {
    signal?.throwIfAborted();
    const group: Candidate[] = [];
    const most = Math.min(open.parallel ? parallel : 1, splits.missing);
    for (; group.length < most && next < open.candidates.length; next++) {
      const candidate = open.candidates[next] as Candidate;
      if (!splits.closedTo(candidate)) group.push(candidate);
    }
    // All end before the first failure is told, so that none is lost.
    const results = await Promise.allSettled(group.map(makeOne));
    results.forEach((result, i) => {
      if (result.status === "rejected") throw result.reason;
      const candidate = group[i] as Candidate;
      if ("broken" in result.value) broken.set(candidate.id, result.value.broken);
      else splits.take(candidate);
    });
    progress?.(splits.val.length + splits.train.length, total);
  }
  return { made, broken };
}

/**
 * Builds, or goes on building.
 *
 * @throws UserError in one sentence when a source is not what it should be, a language model fails, or the disk is full; what was built stays.
 */
export async function buildDataset(request: BuildRequest): Promise<BuildReport> {
  const { task, folder, validation, seed, values, captioner } = request;
  const { build, builder } = builderOf(task);
  const { fields } = PAPER_DATASETS[task];
  const count = request.count ?? Number.MAX_SAFE_INTEGER;
  const wanted = validation + count;
  const found: { place: string; why: string }[] = [...captioner.broken];
  const open = await builder.open({
    ...{ build, fields, seed, values, captioner },
    most: Math.min(Number.MAX_SAFE_INTEGER, Math.ceil(wanted * (1 + RESERVE.share)) + RESERVE.least),
    report: (place, why) => found.push({ place, why }),
  });
  let lock: StageLock | undefined;
  try {
    if (open.candidates.length <= validation) {
      throw new UserError(
        `Building ${task} pairs needs more than the ${validation} to hold out (--validation), got ${open.candidates.length}`,
      );
    }
    checkOwn(folder);
    lock = await takeLock(join(folder, "build", "lock"), {
      ...(request.signal ? { signal: request.signal } : {}),
      ...(request.onWait ? { onWait: request.onWait } : {}),
    });
    await checkIdentity(folder, {
      schema: 1,
      task,
      seed,
      validation,
      captions: captioner.identity,
      sources: open.identity,
    });
    const pictures = fields.filter(({ kind }) => kind === "picture").map(({ name }) => name);
    sweep(folder, pictures);
    const journal = await openBuildJournal(join(folder, "build", "journal.jsonl"));
    const splits = new Splits(validation, count);
    let result;
    try {
      result = await makeAll(open, request, {
        splits,
        outcomeOf: ({ id }) => {
          const outcome = journal.outcomes.get(id);
          // What was broken may have been mended.
          return isWhole(folder, outcome, pictures) ? outcome : undefined;
        },
        add: ({ id }, outcome) => {
          const before = journal.outcomes.get(id);
          if (JSON.stringify(before) !== JSON.stringify(outcome)) journal.add(id, outcome);
        },
      });
    } finally {
      journal.close();
    }
    if (splits.train.length === 0) {
      throw new UserError(
        `Building ${task} pairs failed: of ${open.candidates.length} candidates ${result.broken.size} cannot be used, which leaves none to train (${
          [...result.broken][0]?.join(": ") ?? "all are held out"
        })`,
      );
    }
    const linesOf = (of: readonly Candidate[]) =>
      of.map(({ id }) => {
        const outcome = journal.outcomes.get(id);
        return `${JSON.stringify(outcome && "line" in outcome ? outcome.line : {})}\n`;
      }).join("");
    const broken = [...found, ...[...result.broken].map(([place, why]) => ({ place, why }))];
    await atomicWrite(join(folder, "broken.jsonl"), broken.map((one) => `${JSON.stringify(one)}\n`).join(""));
    await atomicWrite(
      join(folder, "NOTICE.md"),
      noticeText({ task, seed, captions: captioner.identity, notes: open.notes }),
    );
    await atomicWrite(linesPath(folder, "val"), linesOf(splits.val));
    await atomicWrite(linesPath(folder, "train"), linesOf(splits.train));
    return {
      train: splits.train.length,
      val: splits.val.length,
      made: result.made,
      broken: broken.length,
      complete: splits.full || request.count === undefined,
    };
  } finally {
    lock?.release();
    await open.close();
  }
}
