/** The ablations as data. */
import type { Experiment } from "../../setting/experiment.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { type TaskId, TASKS } from "../../../lib/tasks/mod.ts";
import type { AdapterRecipe } from "../../../lib/training/mod.ts";
import type { InstructForm } from "../../setting/instruct_form.ts";
import type { UseSize, WordingsRequest } from "../../setting/model_requests.ts";
import type { UseCase } from "../uses/use_stages.ts";
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
}

/** The ablations' form. */
export interface AblationRecord extends Experiment {
  readonly variants: readonly ModelVariant[];
  /** Tasks that a joint model is trained without, one at a time, and the model's row. */
  readonly leftOut: readonly { readonly task: TaskId; readonly row: string }[];
  readonly cases: readonly UseCase[];
  /** Of the cases. The pictures are also what "moved" is measured on. */
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
}

/** The joint model under an instruction of another task than the items': of composition for style, else of style. */
export const TOLD_OTHER = [
  {
    row: "told-other",
    model: "joint",
    instructions: "random",
    adapterScale: 1,
    tasks: ["style"],
    instructionOverride: "composition",
  },
  {
    row: "told-other",
    model: "joint",
    instructions: "random",
    adapterScale: 1,
    tasks: ["object", "composition", "face"],
    instructionOverride: "style",
  },
] as const satisfies readonly UseCase[];

/** The experiment, as data. */
export const ABLATIONS = {
  id: "ablations",
  name: "Sec. 3.3, 3.4",
  title: "Sec. 3.3, 3.4: what the design of the instruction is worth",
  paper: "Sec. 3.3 and 3.4",
  says:
    "Task embeddings could stand in for the instruction; text should be more flexible and a better start for further tasks. A keyword rule keeps the tasks apart. None of it is measured there.",
  tasks: TASKS,
  variants: [
    { row: "tokens", label: "Word pieces", form: "tokens", corpus: "filtered" },
    { row: "one-hot", label: "One-hot task", form: "one-hot", corpus: "filtered" },
    { row: "unfiltered", label: "No keyword rule", form: "pooled", corpus: "unfiltered" },
  ],
  leftOut: [{ task: "style", row: "without-style" }, { task: "object", row: "without-object" }],
  // An instruction of another use on purpose: whether the instruction does anything; and a use that nobody was trained for.
  cases: [
    { row: "text-only", model: "joint", instructions: "random", adapterScale: 0, tasks: ["style"] },
    { row: "told-own", model: "joint", instructions: "random", adapterScale: 1, tasks: PARTIAL_TASKS },
    ...TOLD_OTHER,
    {
      row: "told-colours",
      model: "joint",
      instructions: "random",
      adapterScale: 1,
      tasks: ["style"],
      instructionOverride: "colours",
    },
  ],
  sizes: {
    smoke: { items: 4, galleryItems: 2 },
    quick: { items: 40, galleryItems: 12 },
    full: { items: 200, galleryItems: 40 },
  },
} as const satisfies AblationRecord;
