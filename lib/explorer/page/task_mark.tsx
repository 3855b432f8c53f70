/// <reference lib="dom" />
/** A task's mark beside its name: colour and shape as on the map. */
import type { TaskId } from "../../instructions/task_keywords.ts";
import { TASK_LOOKS } from "../../plots/palette.ts";

const PATHS: Record<string, string> = {
  "circle": "M6 1.5a4.5 4.5 0 1 0 .01 0z",
  "square": "M2 2h8v8H2z",
  "diamond": "M6 .6L11.4 6 6 11.4.6 6z",
  "triangle-up": "M6 1l5.2 9.4H.8z",
  "triangle-down": "M6 11L.8 1.6h10.4z",
};

/** The mark alone; `open` as held-out instructions have it. */
export function TaskMark({ task, open = false }: { task: TaskId; open?: boolean }) {
  const { colour, symbol } = TASK_LOOKS[task];
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
