import assert from "node:assert/strict";
import { readCheckpoint } from "./checkpoints.ts";
import { committedAdapter, committedSteps } from "./committed_adapter.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";

Deno.test("committedSteps() counts the steps of all trainings that a header names", () => {
  const recipe = { steps: 2000, batch: 32 };
  assert.deepEqual(committedSteps({ recipe }), recipe);
  assert.deepEqual(committedSteps({ recipe, earlier: { steps: 500, batch: 16 } }), {
    steps: 2500,
    batch: 32,
  });
  const earlier = [{ steps: 500, batch: 16 }, { steps: 700, batch: 16 }];
  assert.deepEqual(committedSteps({ recipe, earlier }), { steps: 3200, batch: 32 });
});

Deno.test("committedAdapter() writes the committed adapter's weights as a training writes its own", async () => {
  const files = new Map<string, Uint8Array>();
  const report = await committedAdapter({
    write: (name, content) => void files.set(name, content as Uint8Array),
  });
  const { tensors, config } = await readCheckpoint("ip-adapter-instruct");
  assert.deepEqual(report, committedSteps(config));
  assert.ok(report.steps > 0 && report.batch > 0);
  const { adapter, replacesText } = readTrainedAdapter(files.get(TRAINED_ADAPTER)!);
  assert.deepEqual([adapter, replacesText], [tensors, false]);
});
