/**
 * Stages of the control figure: a model's pictures of control conditions under every instruction, and what they are compared with.
 *
 * Table 1: train-…-seedN ── control-ROW-seedN ─┐
 * control-anchors-seedN ───────────────────────┴─ control-summary
 */
import { TASK_RECORDS } from "../../../lib/tasks/mod.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { type Stage, stageCode, stageMaker } from "../../runner/mod.ts";
import type { CodeEntry, StageContext, StageOutput } from "../../runner/mod.ts";
import type {
  ControlModel,
  ControlPicture,
  ControlRequest,
  ControlSetting,
  ControlSize,
} from "../../setting/control_requests.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { concatenated } from "../../setting/gallery.ts";
import { SCALES } from "../../setting/scales.ts";
import type { Table1Found } from "../table1/stages.ts";
import type { AdapterSource, ControlRecord } from "./record.ts";

const load = () => import("../../mini/measure_control.ts");
const MODULE = "experiments/mini/measure_control.ts";
const PARTS = checkpointFiles(...ADAPTER_PARTS);
const MEASURE = stageCode(MODULE, "measureControl", { from: load, data: PARTS });
const MEASURE_COMMITTED = stageCode(MODULE, "measureControl", {
  from: load,
  data: [...PARTS, ...checkpointFiles("ip-adapter-instruct")],
});
const MEASURE_ANCHORS = stageCode(MODULE, "measureAnchors", { from: load, data: PARTS });

/** Ids of the stages. */
export const controlId = (row: string, seed: number): string => `control-${row}-seed${seed}`;
/** Id of the stage that a seed's pictures are compared with. */
export const anchorsId = (seed: number): string => `control-anchors-seed${seed}`;

const MODELS: Readonly<Record<AdapterSource["from"], ControlModel>> = {
  table1: "joint",
  committed: "committed",
  start: "start",
};

/** Pictures of all conditions under all instructions that they allow. */
const pictureCount = ({ scenes, portraits }: ControlSize): number =>
  TASK_RECORDS.reduce(
    (sum, { takes }) => sum + (takes.scene ? scenes : 0) + (takes.portrait ? portraits : 0),
    0,
  );

/** Writes a stage's pictures: pictures.json and pictures.rgb. */
export function writePictures(
  pictures: readonly ControlPicture[],
  context: Pick<StageContext, "write">,
): void {
  context.write(
    "pictures.json",
    JSON.stringify(
      pictures.map(({ kind, index, task, pixels }) => ({ kind, index, task, bytes: pixels.length })),
    ),
  );
  context.write("pictures.rgb", concatenated(pictures.map(({ pixels }) => pixels)));
}

/** Reads them. */
export async function readPictures(output: Pick<StageOutput, "text" | "bytes">): Promise<ControlPicture[]> {
  const list = JSON.parse(await output.text("pictures.json")) as (Omit<ControlPicture, "pixels"> & {
    bytes: number;
  })[];
  const all = await output.bytes("pictures.rgb");
  let place = 0;
  return list.map(({ bytes, ...picture }) => ({ ...picture, pixels: all.subarray(place, place += bytes) }));
}

/** What writes them, for the version of a stage's code. */
const WRITE_PICTURES: CodeEntry = {
  module: "experiments/figures/control/stages.ts",
  export: writePictures.name,
};

/** All stages of a request, the anchors of each seed first. */
export function controlStages(request: RunRequest, record: ControlRecord, find: Table1Found): Stage[] {
  const { scale, budget: budgetId, seeds, device } = request;
  const { samplerSteps, guidance, validationItems, expectedSeconds } = SCALES[scale].budgets[budgetId];
  const size = record.sizes[budgetId];
  const seconds = (pictures: number) => Math.ceil(expectedSeconds.score * pictures / validationItems);
  const makers = Object.fromEntries(
    Object.entries({ own: MEASURE, committed: MEASURE_COMMITTED }).map(([name, code]) => [
      name,
      stageMaker(record.id, code, { with: [WRITE_PICTURES] }),
    ]),
  ) as Record<"own" | "committed", ReturnType<typeof stageMaker>>;
  const makeAnchors = stageMaker(record.id, MEASURE_ANCHORS, { with: [WRITE_PICTURES] });
  const conditions = size.scenes + size.portraits;

  return seeds.flatMap((seed) => {
    const setting: ControlSetting = {
      ...{ scale, seed, ...size, shown: record.shown },
      ...{ samplerSteps, guidance, device },
    };
    const anchors = makeAnchors({
      id: anchorsId(seed),
      title: `Generate from the prompts alone, measure prompts and targets, seed ${seed}`,
      config: setting,
      parents: [],
      expectedSeconds: seconds(conditions),
      async run(context) {
        const { anchors, pictures } = await (await MEASURE_ANCHORS.load())(setting, context);
        context.write("anchors.json", JSON.stringify(anchors));
        writePictures(pictures, context);
      },
    });
    return [
      anchors,
      ...record.rows.map(({ row, label, adapter: source, wordings }) => {
        const config: ControlRequest = { ...setting, row, model: MODELS[source.from], wordings };
        const adapter = source.from === "table1" ? find.train(source.variant, seed) : undefined;
        return makers[source.from === "committed" ? "committed" : "own"]({
          id: controlId(row, seed),
          title: `Generate under every instruction: ${label}, seed ${seed}`,
          config,
          parents: adapter ? [adapter] : [],
          expectedSeconds: seconds(wordings === "none" ? conditions : pictureCount(size)),
          async run(context) {
            const report = await (await MEASURE.load())(
              config,
              { adapter: adapter && context.input(adapter.id) },
              context,
            );
            context.write("samples.json", JSON.stringify(report.samples));
            context.write("report.json", JSON.stringify({ steps: report.steps }));
            writePictures(report.pictures, context);
          },
        });
      }),
    ];
  });
}
