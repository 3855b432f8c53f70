/** Sec. 3.5 as data. */
import type { Experiment } from "../../setting/experiment.ts";
import type { UseSize } from "../../setting/model_requests.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";

/** The experiment, as data. */
export const SCALE = {
  id: "scale",
  name: "Sec. 3.5",
  title: "Sec. 3.5: how strongly the adapter should speak",
  paper: "Sec. 3.5",
  says: "In use, the adapter's residual is best scaled back by 20 to 40 %, so that the text prompt is heard.",
  tasks: TASKS,
  scales: {
    smoke: [0, 0.8, 1],
    quick: [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2],
    full: [0, 0.2, 0.4, 0.6, 0.7, 0.8, 1, 1.2],
  },
  sizes: {
    smoke: { items: 4, galleryItems: 1 },
    quick: { items: 24, galleryItems: 1 },
    full: { items: 150, galleryItems: 2 },
  },
} as const satisfies Experiment & {
  /** λ. */
  readonly scales: Readonly<Record<BudgetId, readonly number[]>>;
  readonly sizes: Readonly<Record<BudgetId, UseSize>>;
};

/** The row of a scale. */
export const scaleRow = (scale: number): string => `scale-${scale}`;
