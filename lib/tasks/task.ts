/**
 * What makes a task: one record in a file of its own, lib/tasks/<task>.ts, listed in lib/tasks/registry.ts. Instructions, data, scores, tables
 * and pages iterate over the records, so that a further task is a further file and its place in that list.
 */
import type { Stream } from "../engine/mod.ts";
import type { EmbeddingScore } from "../metrics/mod.ts";
import type { SeriesLook } from "../plots/palette.ts";
import type { TaskAspects } from "./aspects.ts";
import type { Rgb } from "./canvas.ts";
import type { Bank, Draft, Item } from "./pair.ts";
import type { PairField } from "./pair_fields.ts";
import type { Pool } from "./pools.ts";
import type { PortraitSpec } from "./portrait_image.ts";
import type { SceneSpec } from "./scene_image.ts";
import type { PortraitWish, SceneWish } from "./wishes.ts";

/** Phrases by slot of a template (lib/instructions/template.ts). */
export type Slots = Readonly<Record<string, readonly string[]>>;

/** A task's own slots and sentences. */
export interface TaskGrammar {
  /** Phrases by slot; beside the shared ones. */
  readonly slots: Slots;
  /** Templates of training instructions. */
  readonly training: readonly string[];
  /** Templates of training instructions that do without the keyword, as a person words a wish who has never heard of it. */
  readonly plain: readonly string[];
  /** Templates of held-out instructions. */
  readonly heldOut: readonly string[];
}

/** How a task is asked for (Sec. 3.4). */
export interface TaskWords {
  /** The word that names the task; no instruction of another task may hold it. */
  readonly keyword: string;
  /** Whole words that count as the keyword; flags giu. */
  readonly forms: RegExp;
  /** How a writer who does not know the keyword rule names what this task takes: "but not …". */
  readonly named: readonly string[];
  /** The one hard-coded instruction of the ablation in Sec. 4.3. */
  readonly fixed: string;
  /** What a language model is asked for; the paper's words where it prints them. */
  readonly request: string;
  /** Sentences of the written grammar. */
  readonly grammar: TaskGrammar;
  /**
   * Instructions as a person would type them who knows neither the grammar nor the keywords. No model is trained on any, none holds a keyword, and most
   * were written by someone who had not seen the grammar, so that a model which heeds them has understood more than the words it was taught. None names
   * a thing, a person's sex or a medium, which a condition might contradict.
   */
  readonly freeWordings: readonly string[];
  /**
   * The word whose place the name of an item's object takes (Sec. 3.4, object extraction); what a language model writes must say it then. Null
   * where items name no object.
   */
  readonly objectWord: string | null;
}

/** What a task takes from the condition: the target's spec, from the condition and what is asked for beside it. */
export interface Takes {
  /** Of a scene; absent where a scene has nothing that the task could take. */
  readonly scene?: (wish: SceneWish) => SceneSpec;
  /** Of a portrait. */
  readonly portrait?: (wish: PortraitWish) => PortraitSpec;
}

/** Draws one item; undefined asks for another draw (too little contrast, edges too different). */
export type PairRecipe = (bank: Bank, pool: Pool, random: Stream, index: number) => Draft | undefined;

/** How a task's pairs are built from sources that a person has (Sec. 3.4). */
export type PairBuild =
  /** A picture with its caption; the condition is the target. */
  | { readonly kind: "captioned" }
  /** An object's box, cut out, and the whole picture; the object's name is kept. */
  | { readonly kind: "objects" }
  /** Two pictures of one person; this share of the conditions is zoomed in on the face. */
  | { readonly kind: "people"; readonly zoomed: number }
  /** A picture, and another that a ControlNet generates from its edges with its caption. */
  | { readonly kind: "edges" }
  /** A picture, and another in its style that InstantStyle generates for a prompt from elsewhere. */
  | { readonly kind: "styled" };

/** The training set of the paper's scale (Sec. 3.4): what the paper had, and the folder that is read in its place. */
export interface PaperDataset {
  /** Pairs that the paper trained on; null where it gives no number. */
  readonly pairs: number | null;
  /** What the paper made it of. */
  readonly source: string;
  /** Fields of a line. */
  readonly fields: readonly PairField[];
  /** How `deno task data build` makes it; absent: it does not. */
  readonly build?: PairBuild;
}

/** A score that needs no encoder: the generator of the data knows what the condition shows. In [0, 1], higher is better. */
export interface TaskOracle {
  /** Name of the score. */
  readonly name: string;
  /** What is 1, or what share it is. */
  readonly definition: string;
  /** Scores pictures made for items of the task. @throws RangeError for an item whose truth it cannot judge. */
  readonly score: (bank: Bank, item: Item, output: Rgb) => number;
}

/**
 * What of the condition arrives that the task should not take. The paper speaks of leaking (Fig. 6, 9) and has no number for it. Higher is more
 * alike; a faithful picture is not at 0: read the difference from the target's own number.
 */
export type TaskLeak =
  /** Colours: intersection of the colour histograms, in [0, 1], of the whole pictures or of their outer `margin` pixels. */
  | { readonly kind: "colours"; readonly margin?: number }
  /** Identity: 1 where an encoder ranks, among `names`, the one at `own(item)` first for the picture, or 0; no score where the condition has no name. */
  | {
    readonly kind: "name";
    readonly names: () => readonly string[];
    readonly own: (item: Item) => number | undefined;
  };

/** Colours of the outer 8 pixels: ground and surroundings, not the object or the person. */
export const SURROUNDINGS: TaskLeak = { kind: "colours", margin: 8 };

/** A mark in 3-D, where plotly knows few symbols: one of plotly's, or letters for training and for held-out instructions. */
export type SolidMark = { readonly symbol: string } | { readonly full: string; readonly open: string };

/** How a task looks in figures and on the map. */
export interface TaskLook extends SeriesLook {
  /** Its mark in 3-D. */
  readonly solid: SolidMark;
}

/** A task. */
export interface Task<Id extends string = string> {
  /** Names it in requests, results and file names. */
  readonly id: Id;
  /** Its name for people, capitalised. */
  readonly title: string;
  /** How it looks. */
  readonly display: TaskLook;
  /** How it is asked for. */
  readonly words: TaskWords;
  /** What its mini targets take from the condition (wishes.ts). */
  readonly takes: Takes;
  /** The same in the columns of the control matrix. */
  readonly aspects: TaskAspects;
  /** Its mini pairs as the paper's sets are: conditions and prompts of the task's own kind. */
  readonly paperLike: PairRecipe;
  /** What its pairs are at the paper's scale. */
  readonly dataset: PaperDataset;
  /** Its columns of Table 1, left to right (Sec. 4.1); the first says how much of what is wanted arrives. */
  readonly scores: readonly [taken: EmbeddingScore, ...rest: EmbeddingScore[]];
  /** What its oracle knows. */
  readonly oracle: TaskOracle;
  /** What may leak; null where everything is to be taken. */
  readonly leak: TaskLeak | null;
}

/**
 * The fields of a task. They are read by name, never spread or listed: then a stage's code version tells which of them it reads, and a changed
 * colour trains nothing again.
 */
export const TASK_FIELDS: Readonly<Record<keyof Task, true>> = {
  id: true,
  title: true,
  display: true,
  words: true,
  takes: true,
  aspects: true,
  paperLike: true,
  dataset: true,
  scores: true,
  oracle: true,
  leak: true,
};

/** The fields of its words, likewise. */
export const WORD_FIELDS: Readonly<Record<keyof TaskWords, true>> = {
  keyword: true,
  forms: true,
  named: true,
  fixed: true,
  request: true,
  grammar: true,
  freeWordings: true,
  objectWord: true,
};

/** The fields of its oracle, likewise. */
export const ORACLE_FIELDS: Readonly<Record<keyof TaskOracle, true>> = {
  name: true,
  definition: true,
  score: true,
};
