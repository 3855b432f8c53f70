/** Fig. 10 as data. */
import type { Experiment } from "../../setting/experiment.ts";
import type { BudgetId } from "../../setting/scales.ts";
import type { ControlnetName } from "../../../lib/tasks/controlnets/mod.ts";
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
  lora: "comic",
  combinations: [
    { row: "control-alone", adapter: 0, control: 1, lora: false },
    { row: "adapter-alone", adapter: 1, control: 0, lora: false },
    { row: "both", adapter: 1, control: 1, lora: false },
    { row: "both-lora", adapter: 1, control: 1, lora: true },
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
  readonly lora: string;
  /** In the order of the figure. */
  readonly combinations: readonly Combination[];
  readonly adapterScale: number;
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** Id of a stage. */
export const combineStageId = (task: string, seed: number): string => `combine-${task}-seed${seed}`;
