import { byTask, type TaskId } from "./registry.ts";
import type { TaskLook } from "./task.ts";

/** How the tasks look, by name. */
export const TASK_LOOKS: Readonly<Record<TaskId, TaskLook>> = byTask(({ display }) => display);
