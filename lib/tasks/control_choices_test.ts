import assert from "node:assert/strict";
import { lookChoice, personChoice, thingChoice } from "./control_choices.ts";
import { loadBank } from "./pair.ts";
import { TASK_RECORDS } from "./registry.ts";
import { controlItem } from "./shared_items.ts";

Deno.test("a judge chooses among different words and different persons, the condition's own among them once", async () => {
  const bank = await loadBank();
  for (const kind of ["scene", "portrait"] as const) {
    for (let index = 0; index < 6; index++) {
      const item = controlItem(bank, TASK_RECORDS, { kind, index });
      const { truth } = item;
      const [look, thing, persons] = [lookChoice(item), thingChoice(item), personChoice(bank, item)];
      const treatment = truth.kind === "scene" ? truth.style.treatment : truth.treatment.treatment;
      assert.equal(look === undefined, treatment === "none");
      assert.equal(thing === undefined, kind === "portrait");
      assert.equal(persons === undefined, kind === "scene");
      for (const choice of [look, thing]) {
        if (choice === undefined) continue;
        assert.equal(new Set(choice.texts).size, choice.texts.length);
        assert.ok(choice.own >= 0 && choice.own < choice.texts.length);
      }
      if (truth.kind === "scene") {
        assert.match(thing!.texts[thing!.own]!, new RegExp(`\\b${truth.concept.word}$`));
      }
      if (persons === undefined) continue;
      assert.equal(new Set(persons.map((picture) => picture.join())).size, 10);
      // None is the condition itself, nor the target that the face task leads to.
      const shown = [item.condition, item.items.get("face")!.target].map((picture) => picture.join());
      assert.ok(persons.every((picture) => !shown.includes(picture.join())));
    }
  }
});
