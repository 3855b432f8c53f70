/** The builders of pairs. A further one is a file of its own and its place here. */
import { UserError } from "../../../lib/engine/mod.ts";
import { type PairBuild, type TaskId, taskOf, TASKS } from "../../../lib/tasks/mod.ts";
import { listed } from "../../setting/command_line.ts";
import { CAPTIONED_PICTURES } from "./captioned_pictures.ts";
import { CUT_OBJECTS } from "./cut_objects.ts";
import { IN_STYLE } from "./in_style.ts";
import type { PairBuilder } from "./pair_builder.ts";
import { SCRIBBLED_EDGES } from "./scribbled_edges.ts";
import { SAME_PERSON } from "./same_person.ts";

/** All builders. */
export const PAIR_BUILDERS: readonly PairBuilder[] = [
  CAPTIONED_PICTURES,
  IN_STYLE,
  CUT_OBJECTS,
  SCRIBBLED_EDGES,
  SAME_PERSON,
];

/** A task's builder and what its record says of it. @throws UserError when it has none. */
export function builderOf(task: TaskId): { build: PairBuild; builder: PairBuilder } {
  const { build } = taskOf(task).dataset;
  const builder = PAIR_BUILDERS.find(({ kind }) => kind === build?.kind);
  if (build && builder) return { build, builder };
  const built = TASKS.filter((each) =>
    PAIR_BUILDERS.some(({ kind }) => kind === taskOf(each).dataset.build?.kind)
  );
  throw new UserError(
    `deno task data build builds ${listed(built)}, got ${task}, whose pairs must be made elsewhere`,
  );
}
