/// <reference lib="dom" />
/** A task's mark beside its name: colour and shape as on the map. */
import type { MarkerSymbol } from "../../plots/palette.ts";
import type { TaskId } from "../../tasks/mod.ts";
import { tasks } from "./store.ts";

const PATHS: Readonly<Record<MarkerSymbol, string>> = {
  "circle": "M6 1.5a4.5 4.5 0 1 0 .01 0z",
  "square": "M2 2h8v8H2z",
  "diamond": "M6 .6L11.4 6 6 11.4.6 6z",
  "triangle-up": "M6 1l5.2 9.4H.8z",
  "triangle-down": "M6 11L.8 1.6h10.4z",
  "cross": "M4.3 1h3.4v3.3H11v3.4H7.7V11H4.3V7.7H1V4.3h3.3z",
  "x": "M2.6 1L6 4.4 9.4 1 11 2.6 7.6 6 11 9.4 9.4 11 6 7.6 2.6 11 1 9.4 4.4 6 1 2.6z",
  "star": "M6 .8l1.5 3.6 3.9.3-3 2.5.9 3.8L6 9l-3.3 2 .9-3.8-3-2.5 3.9-.3z",
};

/** How a task looks; undefined before the map is there. */
export const lookOf = (task: TaskId) => tasks.value.find(({ id }) => id === task)?.look;

/** The mark alone; `open` as held-out instructions have it. */
export function TaskMark({ task, open = false }: { task: TaskId; open?: boolean }) {
  const look = lookOf(task);
  if (!look) return null;
  const { colour, symbol } = look;
  return (
    <svg class="mark" viewBox="0 0 12 12" aria-hidden="true">
      <path
        d={PATHS[symbol]}
        fill={open ? "none" : colour}
        stroke={colour}
        stroke-width={open ? 1.8 : 0}
      />
    </svg>
  );
}

/** The mark and the task's name. */
export function TaskName({ task }: { task: TaskId }) {
  return (
    <span class="task-name">
      <TaskMark task={task} />
      {task}
    </span>
  );
}
