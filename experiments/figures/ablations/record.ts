/** The ablations as data. */
import type { Experiment } from "../../setting/experiment.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { type Sources, type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { AdapterRecipe } from "../../../lib/training/mod.ts";
import type { InstructForm } from "../../setting/instruct_form.ts";
import type { UseSize, WordingsRequest } from "../../setting/model_requests.ts";
import type { UseCase } from "../uses/use_stages.ts";
import { type NamedRow, USE_ROWS } from "../uses/use_rows.ts";
import { PARTIAL_TASKS } from "../uses/use_evidence.ts";

/** A joint model that differs from Table 1's in one thing. */
export interface ModelVariant {
  readonly row: string;
  /** Its name in the figure. */
  readonly label: string;
  /** How the instruction reaches the adapter; "pooled" as in Table 1. */
  readonly form: InstructForm;
  /** Which instructions it reads; "filtered" as in Table 1. */
  readonly corpus: WordingsRequest["corpus"];
  /** What differs from the scale's recipe. */
  readonly recipe?: Partial<AdapterRecipe>;
  /** What its training pairs are composed of; shared sources, as in Table 1, if absent. It is scored on those of shared sources. */
  readonly sources?: Sources;
}

/** A case with its name in the figure. */
type NamedCase = UseCase & NamedRow;

/** The ablations' form. */
export interface AblationRecord extends Experiment {
  readonly variants: readonly ModelVariant[];
  /** Tasks that a joint model is trained without, one at a time, and the model's row. */
  readonly leftOut: readonly { readonly task: TaskId; readonly row: string }[];
  readonly cases: readonly NamedCase[];
  /** Of the cases. The pictures are also what `MOVED_SCORE` is measured on. */
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
}

/** The task whose instruction stands for another's, and the one whose instruction its own items get. */
const OTHERS = { usual: "style", own: "composition" } as const;

/** The joint model under an instruction of another task than the items': of style, or of composition for style. */
const OTHER_INSTRUCTION = [
  {
    row: "other-instruction",
    label: "Another task's instruction",
    model: "joint",
    instructions: "random",
    adapterScale: 1,
    tasks: [OTHERS.usual],
    instructionOverride: OTHERS.own,
  },
  {
    row: "other-instruction",
    label: "Another task's instruction",
    model: "joint",
    instructions: "random",
    adapterScale: 1,
    tasks: PARTIAL_TASKS.filter((task) => task !== OTHERS.usual),
    instructionOverride: OTHERS.usual,
  },
] as const satisfies readonly NamedCase[];

/** Row of another model than the joint one, by what the joint model's is called. */
export const instructedRow = (model: string, { row }: Pick<UseCase, "row">): string => `${model}-${row}`;

/** A model without a task under another's instruction on the items of that one. */
export const leftOutCases = (model: string, task: TaskId): readonly UseCase[] =>
  OTHER_INSTRUCTION.filter(({ tasks }) => tasks.some((each) => each === task))
    .map((each) => ({ ...each, row: instructedRow(model, each), tasks: [task] }));

/** The variant that reads a number of the task in place of text. */
export const ONE_HOT = "one-hot";

/** The variant that is trained on wordings without the keyword rule. */
export const UNFILTERED = "unfiltered";

/** The variant that is trained on the paper's kind of sources; what its instruction does is measured by the control figure. */
export const PAPER_SOURCED = "paper-sourced";

/** The variant whose image tokens stand in place of the text's. */
export const UNCLIP = "unclip";

/** Tasks that a joint model is trained without. */
const LEFT_OUT = [{ task: "style", row: "without-style" }, {
  task: "object",
  row: "without-object",
}] as const;

/** The task whose items are asked for their colours alone. */
export const COLOURED = "style" as const;

/** The experiment, as data. */
export const ABLATIONS = {
  id: "ablations",
  name: "Sec. 3.3, 3.4",
  title: "Sec. 3.3, 3.4: what the design of instruction and data is worth",
  paper: "Sec. 3.3 and 3.4",
  says:
    "Task embeddings could stand in for the instruction; text should be more flexible and a better start for further tasks. A keyword rule keeps the tasks apart. None of it is measured there.",
  tasks: TASKS,
  variants: [
    { row: "tokens", label: "Word pieces", form: "tokens", corpus: "filtered" },
    { row: ONE_HOT, label: "One-hot task", form: "one-hot", corpus: "filtered" },
    { row: UNFILTERED, label: "No keyword rule", form: "pooled", corpus: "unfiltered" },
    {
      row: PAPER_SOURCED,
      label: "The paper's kind of sources",
      form: "pooled",
      corpus: "filtered",
      sources: "paper",
    },
    {
      row: UNCLIP,
      label: "Image in place of text (unCLIP)",
      form: "pooled",
      corpus: "filtered",
      recipe: { replacesText: true },
    },
  ],
  leftOut: LEFT_OUT,
  // An instruction of another task on purpose: whether the instruction does anything; and one that nobody was trained for.
  cases: [
    {
      ...USE_ROWS.promptAlone,
      model: "joint",
      instructions: "random",
      adapterScale: 0,
      tasks: LEFT_OUT.map(({ task }) => task),
    },
    {
      row: "own-instruction",
      label: "The task's instruction",
      model: "joint",
      instructions: "random",
      adapterScale: 1,
      tasks: PARTIAL_TASKS,
    },
    ...OTHER_INSTRUCTION,
    {
      row: "colours-instruction",
      label: "Instruction: the colours",
      model: "joint",
      instructions: "random",
      adapterScale: 1,
      tasks: [COLOURED],
      instructionOverride: "colours",
    },
  ],
  sizes: {
    smoke: { items: 4, galleryItems: 2 },
    quick: { items: 40, galleryItems: 12 },
    full: { items: 200, galleryItems: 40 },
  },
} as const satisfies AblationRecord;

/** The cases on the style task's items, in the order of the figure: the prompt alone, then the joint model's instructions. */
export const STYLE_CASES: readonly NamedCase[] = ABLATIONS.cases.filter(({ tasks }) =>
  tasks.some((task) => task === COLOURED)
);
