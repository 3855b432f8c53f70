import assert from "node:assert/strict";
import { TASKS } from "../../../lib/tasks/mod.ts";
import { inOrder } from "../../runner/mod.ts";
import { figure } from "./mod.ts";
import { CONTROL } from "./record.ts";
import { anchorsId, controlId, readPictures, writePictures } from "./stages.ts";

const stagesFor = (seeds: readonly number[]) =>
  inOrder(figure.targets({ scale: "mini", budget: "quick", seeds, tasks: TASKS, device: "cpu" }));

Deno.test("every row is sampled once for each seed from its own adapter, on the anchors' conditions and noises", () => {
  const stages = stagesFor([1, 2]);
  const find = (id: string) => stages.find((stage) => stage.id === id)!;
  for (const seed of [1, 2]) {
    const anchors = find(anchorsId(seed)).config as Record<string, unknown>;
    for (const { row, adapter } of CONTROL.rows) {
      const { config, parents } = find(controlId(row, seed));
      for (const [name, value] of Object.entries(anchors)) {
        assert.deepEqual((config as Record<string, unknown>)[name], value, `${row}: ${name}`);
      }
      assert.equal(parents.length, adapter.from === "start" ? 0 : 1, row);
    }
  }
  const parentOf = (row: string, seed: number) => find(controlId(row, seed)).parents[0]?.id;
  assert.equal(parentOf("committed", 1), parentOf("committed-free", 2));
  assert.equal(parentOf("instruct", 2), "train-instruct-seed2");
  assert.equal(parentOf("one-hot", 1), "train-one-hot-seed1");
  // How the instruction reaches the adapter goes with the model.
  assert.equal((find(controlId("one-hot", 1)).config as Record<string, unknown>)["instruct"], "one-hot");
});

Deno.test("readPictures() gives back what writePictures() wrote", async () => {
  const files = new Map<string, Uint8Array | string>();
  const pictures = [12, 27].map((length, index) => ({
    kind: "scene",
    index,
    shows: "style" as const,
    pixels: new Uint8Array(length).fill(index + 1),
  }));
  writePictures(pictures, { write: (name, content) => void files.set(name, content) });
  const found = await readPictures({
    text: (name) => Promise.resolve(files.get(name) as string),
    bytes: (name) => Promise.resolve(files.get(name) as Uint8Array),
  });
  assert.deepEqual(found, pictures);
});
