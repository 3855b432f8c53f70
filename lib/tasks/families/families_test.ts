import assert from "node:assert/strict";
import { TREATMENTS } from "../styles.ts";
import { FAMILIES, familyOf } from "./mod.ts";

Deno.test("families name siblings and treatments that there are, and are no siblings of themselves", () => {
  for (const id of FAMILIES) {
    const { siblings = [], unreadable } = familyOf(id);
    const names: readonly string[] = FAMILIES.filter((family) => family !== id);
    assert.deepEqual(siblings.filter((name) => !names.includes(name)), [], `siblings of ${id}`);
    const treatments: readonly string[] = TREATMENTS;
    assert.deepEqual(unreadable.filter((name) => !treatments.includes(name)), [], `unreadable of ${id}`);
  }
});
