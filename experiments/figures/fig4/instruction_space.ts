/** What Fig. 4 is rendered from: instructions in the joint text space, their layouts, and how the tasks part. */

import type { Count, MeanInterval, Seed, Share } from "../../../lib/report/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";

/** One corpus of training instructions. */
export interface CorpusSpace {
  /** "filtered": with the keyword rule, as trained; "keyworded": of these, in the paper's words alone; "unfiltered": without the rule. */
  readonly corpus: "filtered" | "keyworded" | "unfiltered";
  /** Share of the instructions that name another task's keyword. */
  readonly foreign: Share;
  /** Share of the nearest neighbours in the same task, over all instructions. */
  readonly purity: MeanInterval;
  /** The same by task. */
  readonly taskPurity: Readonly<Partial<Record<TaskId, MeanInterval>>>;
  /** Share of held-out instructions whose nearest task centroid is their own. */
  readonly centroid: MeanInterval;
  /** The same by task. */
  readonly taskCentroid: Readonly<Partial<Record<TaskId, MeanInterval>>>;
}

/** A fixed prompt of the ablation. */
export interface FixedPlace {
  /** Its task. */
  readonly task: TaskId;
  /** Seed of the instructions it is compared with. */
  readonly seed: Seed;
  /** The prompt. */
  readonly instruction: string;
  /** Share of its nearest training instructions that are of its task. */
  readonly share: Share;
  /** Share of its task's instructions that lie farther from their centroid. */
  readonly farther: Share;
}

/** One layout. */
export interface LayoutQuality {
  /** tsne, umap or pca. */
  readonly method: "tsne" | "umap" | "pca";
  /** In [0, 1], higher is better; so are the following. */
  readonly trustworthiness: Share;
  /** Are neighbours still neighbours? */
  readonly continuity: Share;
  /** Share of the nearest neighbours kept. */
  readonly preservation: Share;
  /** Share of a point's nearest in the layout that are of its task. */
  readonly purity: Share;
  /** The same of the fixed prompts among the instructions. */
  readonly fixedPurity: Share;
}

/** The content of fig4's result. */
export interface InstructionSpace {
  /** Training instructions of each task and seed. */
  readonly instructions: Count;
  /** Held-out ones. */
  readonly heldOut: Count;
  /** k of every neighbour score. */
  readonly neighbours: Count;
  /** Chance that an unfiltered instruction was made to name another task. */
  readonly mentions: Share;
  /** With the rule, and of these in the paper's words; without the rule. */
  readonly corpora: readonly CorpusSpace[];
  /** The crosses. */
  readonly fixed: readonly FixedPlace[];
  /** Of the first seed's filtered instructions and the fixed prompts. */
  readonly layouts: readonly LayoutQuality[];
}

/** One point of fig4's points.jsonl: an instruction and its place in each layout. */
export interface MapPoint {
  /** Its task. */
  readonly task: TaskId;
  /** The text. */
  readonly text: string;
  /** Whether it is a fixed prompt. */
  readonly fixed: boolean;
  /** Coordinates. */
  readonly tsne: readonly [number, number];
  /** Likewise. */
  readonly umap: readonly [number, number];
  /** Likewise. */
  readonly pca: readonly [number, number];
}
