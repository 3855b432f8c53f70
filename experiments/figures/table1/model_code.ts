/** The mini scale's code for Table 1's stages, by module; loaded only when a stage must run. */
import type { Table1Stages } from "../../setting/model_requests.ts";
import { TASK_RECORDS } from "../../../lib/tasks/mod.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { stageCode } from "../../runner/mod.ts";

/** Table 1's scores by the judge, the same by the conditioning encoder, and the oracles. */
const METRICS: Table1Stages["metrics"] = Object.fromEntries([
  ...TASK_RECORDS.flatMap(({ scores }) => scores).flatMap(({ name, definition }) => [
    [name, { definition, by: "the judge", higherIsBetter: true }] as const,
    [`${name} (encoder)`, {
      definition,
      by: "the joint encoder, which also conditions the adapters",
      higherIsBetter: true,
    }] as const,
  ]),
  ...TASK_RECORDS.map(({ oracle: { name, definition } }) =>
    [name, { definition, by: "the data's generator, which knows the truth", higherIsBetter: true }] as const
  ),
]);

/** Table 1 at the mini scale. */
export const TABLE1_CODE: Table1Stages = {
  encodeDataset: stageCode("experiments/mini/encode_dataset.ts", "encodeDataset", {
    from: () => import("../../mini/encode_dataset.ts"),
    data: checkpointFiles("vae", "encoder", "base"),
  }),
  trainAdapter: stageCode("experiments/mini/train_adapter.ts", "trainAdapter", {
    from: () => import("../../mini/train_adapter.ts"),
    data: checkpointFiles(...ADAPTER_PARTS),
  }),
  committedAdapter: stageCode("experiments/mini/committed_adapter.ts", "committedAdapter", {
    from: () => import("../../mini/committed_adapter.ts"),
    data: checkpointFiles("ip-adapter-instruct"),
  }),
  generateAndScore: stageCode("experiments/mini/generate_and_score.ts", "generateAndScore", {
    from: () => import("../../mini/generate_and_score.ts"),
    data: checkpointFiles(...ADAPTER_PARTS),
  }),
  metrics: METRICS,
  async checkDevice(device) {
    if (device === "cpu") return;
    const { checkDevice } = await import("../../../lib/engine/mod.ts");
    await checkDevice(device);
  },
};
