/** What builds the pairs of a kind of task: its sources, its candidates in a seeded order, and how one becomes a pair. */
import type { Json } from "../../../lib/hub/mod.ts";
import type { PairBuild, PairField } from "../../../lib/tasks/mod.ts";
import type { ReportBroken } from "../sources/source_picture.ts";
import type { Captioner } from "./captioner.ts";
import type { StoredPicture } from "./stored_picture.ts";

/** An option of the command that a builder reads. */
export interface BuildOption {
  readonly name: string;
  /** What its value is called in the help. */
  readonly value: string;
  readonly help: string;
  /** Whether the builder can do without. */
  readonly optional?: boolean;
}

/** A pair that may be made. */
export interface Candidate {
  /** Names it among all. */
  readonly id: string;
  /** What no two splits may share: a picture, a person. */
  readonly group: string;
}

/** A pair that was made: pictures and texts by the names of their fields. */
export interface PairDraft {
  readonly pictures: Readonly<Record<string, StoredPicture>>;
  readonly texts: Readonly<Record<string, string>>;
}

/** A source as NOTICE.md names it. */
export interface SourceNote {
  /** What it gave. */
  readonly what: string;
  readonly path: string;
  /** How much of what. */
  readonly holds: string;
  /** Its licence, where it says one itself. */
  readonly licence?: string;
}

/** A builder whose sources were read. */
export interface OpenBuilder<One extends Candidate = Candidate> {
  /** Everything but count, seed and captions that determines the pairs. */
  readonly identity: Json;
  readonly notes: readonly SourceNote[];
  /** In the seeded order; more than asked for, so that broken ones can be passed over. */
  readonly candidates: readonly One[];
  /** Whether several may be made at once. */
  readonly parallel: boolean;
  /** Makes one. @throws BrokenPicture when its sources cannot be used, UserError when none can be made. */
  make(candidate: One): Promise<PairDraft>;
  close(): Promise<void>;
}

/** What a builder is opened with. */
export interface BuildContext {
  readonly build: PairBuild;
  readonly fields: readonly PairField[];
  readonly seed: number;
  /** Candidates that are wanted. */
  readonly most: number;
  /** Values of its options. */
  readonly values: ReadonlyMap<string, string>;
  readonly captioner: Captioner;
  readonly report: ReportBroken;
}

/** A builder. */
export interface PairBuilder {
  readonly kind: PairBuild["kind"];
  /** What it does, one line. */
  readonly what: string;
  readonly options: readonly BuildOption[];
  /** Reads its sources. @throws UserError when one is not what it should be. */
  open(context: BuildContext): Promise<OpenBuilder>;
}

/** The shorter side that a field's pictures need, in pixels. @throws RangeError for a name that is no picture's. */
export function sideOf(fields: readonly PairField[], name: string): number {
  const side = fields.find((field) => field.name === name)?.side;
  if (side !== undefined) return side;
  throw new RangeError(`sideOf() expects the name of a picture with its side, got "${name}"`);
}

/** A builder whose candidates carry more than their names, for the list of all. */
export function erased<One extends Candidate>(open: OpenBuilder<One>): OpenBuilder {
  // A candidate is only ever given back to the builder it came from.
  return { ...open, make: (candidate) => open.make(candidate as One) };
}
