/** Fig. 10 as data. */
import type { Experiment } from "../../setting/experiment.ts";
import type { BudgetId, ScaleId } from "../../setting/scales.ts";
import { type ControlnetName, controlnetOf } from "../../../lib/tasks/controlnets/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import type { NamedRow } from "../uses/use_rows.ts";
import type { Combination, UseSize } from "../../setting/model_requests.ts";

/** The experiment, as data. */
export const FIG10 = {
  id: "fig10",
  name: "Fig. 10",
  title: "Fig. 10: the adapter together with ControlNets and a LoRA",
  paper: "Fig. 10, Sec. 4.4",
  says: "Style with a scribble ControlNet and face with a pose ControlNet work together with the adapter.",
  tasks: ["style", "face"],
  /** Which ControlNet goes with a task. */
  controlnets: { style: "scribble", face: "pose" },
  /** The drawing family that a scale's LoRA is of. Of users' LoRAs nobody knows what their effect is measured by. */
  loras: { mini: "comic" },
  combinations: [
    { row: "control-alone", label: "ControlNet alone", adapter: 0, control: 1, lora: false },
    { row: "adapter-alone", label: "Instruct alone", adapter: 1, control: 0, lora: false },
    { row: "both", label: "Instruct + ControlNet", adapter: 1, control: 1, lora: false },
    { row: "both-lora", label: "both + LoRA", adapter: 1, control: 1, lora: true },
  ],
  /** λ, within what Sec. 3.5 advises. */
  adapterScale: 0.8,
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 24, galleryItems: 3 },
    full: { items: 150, galleryItems: 4 },
  },
} as const satisfies Experiment & {
  readonly controlnets: Readonly<Record<string, ControlnetName>>;
  readonly loras: Readonly<Partial<Record<ScaleId, string>>>;
  /** In the order of the figure. */
  readonly combinations: readonly (Combination & NamedRow)[];
  readonly adapterScale: number;
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** The LoRA of a scale, by the family it is of; null where there is none. */
export function loraAt(scale: ScaleId): string | null {
  const loras: Partial<Record<ScaleId, string>> = FIG10.loras;
  return loras[scale] ?? null;
}

/** The combinations of a scale. */
export const combinationsAt = (scale: ScaleId): readonly (Combination & NamedRow)[] =>
  FIG10.combinations.filter(({ lora }) => !lora || loraAt(scale) !== null);

/** The ControlNet of a task. @throws RangeError for a task that the figure is not about. */
export function controlnetFor(task: TaskId): ControlnetName {
  const known: Readonly<Partial<Record<TaskId, ControlnetName>>> = FIG10.controlnets;
  const found = known[task];
  if (found !== undefined) return found;
  throw new RangeError(`Fig. 10 is about ${FIG10.tasks.join(", ")}, got ${task}`);
}

/** Whether pictures of a task tell how well they follow its ControlNet: users' poses would have to be detected. */
export const isFollowed = (scale: ScaleId, task: TaskId): boolean =>
  scale === "mini" || controlnetOf(controlnetFor(task)).readsEdges;

/** Id of a stage. */
export const combineStageId = (task: string, seed: number): string => `combine-${task}-seed${seed}`;
