/** Each scale's code for Table 1's stages, by module; loaded only when a stage must run. */
import type { EncodeRequest, Table1Stages } from "../../setting/model_requests.ts";
import { TASK_RECORDS } from "../../../lib/tasks/mod.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { stageCode } from "../../runner/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { BY_ENCODER } from "../../setting/score_names.ts";
import { heldOutOf, paperStages } from "../paper_stage.ts";

/** Table 1's scores by the judge, the same by the conditioning encoder, and the oracles. */
const METRICS: Table1Stages["metrics"] = Object.fromEntries([
  ...TASK_RECORDS.flatMap(({ scores }) => scores).flatMap(({ name, definition }) => [
    [name, { definition, by: "the judge", higherIsBetter: true }] as const,
    [`${name}${BY_ENCODER}`, {
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
  scoreStart: stageCode("experiments/mini/score_start.ts", "scoreStart", {
    from: () => import("../../mini/score_start.ts"),
    data: checkpointFiles(...ADAPTER_PARTS),
  }),
  metrics: METRICS,
  checkDevice,
};

async function checkDevice(device: RunRequest["device"]): Promise<void> {
  if (device === "cpu") return;
  const { checkDevice } = await import("../../../lib/engine/mod.ts");
  await checkDevice(device);
}

/** Table 1's scores by the encoders that also condition the adapters: the ones of the paper's scale whose pictures and texts share a space. */
function paperMetrics(hashes: Readonly<Record<string, string>>): Table1Stages["metrics"] {
  // A plan is made before the weights are there.
  const [image, text] = [hashes["vision"], hashes["instruction"]].map((hash) =>
    hash?.slice(0, 16) ?? "unknown"
  );
  const by =
    `the encoders of conditions and instructions (CLIP ViT-H/14 in the paper's setting), which also condition the adapters; ` +
    `SHA-256 of their weights ${image}… and ${text}…`;
  return Object.fromEntries(
    TASK_RECORDS.flatMap(({ scores }) => scores).map((
      { name, definition },
    ) => [name, { definition, by, higherIsBetter: true }]),
  );
}

/** Table 1 at the paper's scale, of models and pairs in these folders. */
function paperCode(request: RunRequest): Table1Stages {
  const { weights, stage } = paperStages(request);
  return {
    encodeDataset: stage(
      stageCode("experiments/paper/encode_dataset.ts", "encodeDataset", {
        from: () => import("../../paper/encode_dataset.ts"),
      }),
      { weights: "encoding", pairs: (config) => [config as EncodeRequest] },
    ),
    trainAdapter: stage(
      stageCode("experiments/paper/train_adapter.ts", "trainAdapter", {
        from: () => import("../../paper/train_adapter.ts"),
      }),
      { weights: "training" },
    ),
    generateAndScore: stage(
      stageCode("experiments/paper/generate_and_score.ts", "generateAndScore", {
        from: () => import("../../paper/generate_and_score.ts"),
      }),
      { weights: "training" },
    ),
    scoreStart: stage(
      stageCode("experiments/paper/score_start.ts", "scoreStart", {
        from: () => import("../../paper/score_start.ts"),
      }),
      { weights: "training", pairs: heldOutOf },
    ),
    metrics: paperMetrics(weights),
    checkDevice,
  };
}

/** The code of a request's scale. @throws UserError when its models' folder is not there, or pairs are not what they should be. */
export const table1Code = (request: RunRequest): Table1Stages =>
  request.scale === "mini" ? TABLE1_CODE : paperCode(request);
