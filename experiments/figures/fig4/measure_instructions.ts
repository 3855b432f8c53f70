/** Do the wordings of a task lie together in the joint space itself, before anything is laid out? */
import { sha256 } from "../../../lib/hub/mod.ts";
import { foreignKeywords } from "../../../lib/instructions/mod.ts";
import { labelPurity, nearestNeighbours, type Points } from "../../../lib/projection/mod.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { StageContext, StageOutput } from "../../runner/mod.ts";
import { CORPORA, type Corpus } from "./embed_instructions.ts";
import { type Embedded, readEmbedded } from "./embedded.ts";

/** One corpus, number by number; lists run over the tasks in their order. */
export interface CorpusMeasures {
  readonly corpus: Corpus;
  /** Neighbour purity of every training instruction, [task][instruction]. */
  readonly purity: readonly (readonly number[])[];
  /** 1 where the nearest task centroid of the training instructions is a held-out instruction's own, [task][instruction]. */
  readonly hits: readonly (readonly number[])[];
  /** Templates of both, [task][instruction]: wordings of one template are no independent items. */
  readonly templates: Readonly<Record<"purity" | "hits", readonly (readonly number[])[]>>;
  /** Share of the training instructions that name another task's keyword. */
  readonly foreign: number;
}

/** Where a fixed prompt lies. */
export interface FixedMeasure {
  readonly task: TaskId;
  readonly instruction: string;
  /** Share of its nearest training instructions that are of its task. */
  readonly share: number;
  /** Share of its task's training instructions that lie farther from their centroid than it does. */
  readonly farther: number;
}

/** What one seed's instructions give. */
export interface InstructionMeasures {
  readonly seed: number;
  readonly hash: string;
  readonly corpora: readonly CorpusMeasures[];
  readonly fixed: readonly FixedMeasure[];
}

const templatesOf = ({ texts }: Embedded) => texts.map(({ template }) => template as number);

const byTask = <T>({ texts }: Embedded, values: ArrayLike<T>): T[][] =>
  TASKS.map((task) => Array.from(values).filter((_, i) => texts[i]?.task === task));

/** Means of the rows of each task, [task][width]. */
function centroidsOf({ texts, points: { data, width } }: Embedded): Float64Array[] {
  return TASKS.map((task) => {
    const rows = texts.flatMap((text, i) => text.task === task ? [i] : []);
    return Float64Array.from(
      { length: width },
      (_, d) => rows.reduce((sum, row) => sum + (data[row * width + d] as number), 0) / rows.length,
    );
  });
}

function distance({ data, width }: Points, row: number, centre: Float64Array): number {
  return Math.hypot(...centre.map((value, d) => value - (data[row * width + d] as number)));
}

/** Measures the embedding of one seed. */
export async function measureInstructions(
  { seed, neighbours: k }: { readonly seed: number; readonly neighbours: number },
  embedded: StageOutput,
  context: StageContext,
): Promise<InstructionMeasures> {
  const read = await readEmbedded(embedded);
  const corpora: CorpusMeasures[] = [];
  for (const corpus of CORPORA) {
    const train = read(`${corpus}/train`), heldOut = read(`${corpus}/held-out`);
    const near = await nearestNeighbours(train.points, { k });
    const centroids = centroidsOf(train);
    const hits = heldOut.texts.map(({ task }, row) => {
      const distances = centroids.map((centre) => distance(heldOut.points, row, centre));
      return TASKS[distances.indexOf(Math.min(...distances))] === task ? 1 : 0;
    });
    corpora.push({
      corpus,
      purity: byTask(train, labelPurity(near, train.texts.map(({ task }) => task))),
      hits: byTask(heldOut, hits),
      templates: {
        purity: byTask(train, templatesOf(train)),
        hits: byTask(heldOut, templatesOf(heldOut)),
      },
      foreign: train.texts.filter(({ text, task }) => foreignKeywords(text, task).length > 0).length /
        train.texts.length,
    });
    context.progress(corpora.length, CORPORA.length, "corpora");
  }
  const train = read("filtered/train"), fixed = read("fixed");
  const centroids = centroidsOf(train);
  const near = await nearestNeighbours(fixed.points, { k, among: train.points });
  const shares = labelPurity(near, fixed.texts.map(({ task }) => task), train.texts.map(({ task }) => task));
  return {
    seed,
    hash: sha256(await embedded.bytes("texts.json")),
    corpora,
    fixed: fixed.texts.map(({ task, text }, row) => {
      const centre = centroids[TASKS.indexOf(task)] as Float64Array;
      const own = distance(fixed.points, row, centre);
      const rows = train.texts.flatMap((each, i) => each.task === task ? [i] : []);
      const farther = rows.filter((each) => distance(train.points, each, centre) > own).length / rows.length;
      return { task, instruction: text, share: shares[row] as number, farther };
    }),
  };
}
