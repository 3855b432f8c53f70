/**
 * Stages of the control figure: a model's pictures of control conditions under every instruction, and what they are compared with.
 *
 * Table 1: train-…-seedN, committed-adapter; ablations: train-…-seedN ── control-ROW-seedN ─┐
 * control-anchors-seedN ────────────────────────────────────────────────────────────────────┴─ control-summary
 */
import { joinedBytes } from "../../../lib/engine/joined.ts";
import { TASK_RECORDS } from "../../../lib/tasks/mod.ts";
import { ADAPTER_PARTS, checkpointFiles } from "../../mini/checkpoints.ts";
import { type Stage, stageCode, stageMaker } from "../../runner/mod.ts";
import type { CodeEntry, StageContext, StageOutput } from "../../runner/mod.ts";
import type {
  ControlPicture,
  ControlRequest,
  ControlSetting,
  ControlSize,
} from "../../setting/control_requests.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import { formFields, type InstructForm } from "../../setting/instruct_form.ts";
import { samplingCost, type ScaleId, SCALES } from "../../setting/scales.ts";
import { ablationTrainings } from "../ablations/trainings.ts";
import { budgetOf } from "../model_stages.ts";
import type { Table1Found } from "../table1/stages.ts";
import type { AdapterSource, ControlRecord, ControlRow } from "./record.ts";

const load = () => import("../../mini/measure_control.ts");
const MODULE = "experiments/mini/measure_control.ts";
const PARTS = checkpointFiles(...ADAPTER_PARTS);
const MEASURE = stageCode(MODULE, "measureControl", { from: load, data: PARTS });
const MEASURE_ANCHORS = stageCode(MODULE, "measureAnchors", { from: load, data: PARTS });

/** Ids of the stages. */
export const controlId = (row: string, seed: number): string => `control-${row}-seed${seed}`;
/** Id of the stage that a seed's pictures are compared with. */
export const anchorsId = (seed: number): string => `control-anchors-seed${seed}`;

/** An adapter, and how its instruction reaches it. */
interface FoundAdapter {
  readonly model: ControlRequest["model"];
  readonly adapter?: Stage;
  readonly form?: InstructForm | undefined;
}

/** Rows that a scale has: the committed adapter's where there is one. */
const rowsAt = (record: ControlRecord, scale: ScaleId): readonly ControlRow[] =>
  record.rows.filter(({ adapter: { from } }) => from !== "committed" || SCALES[scale].committedAdapter);

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
      pictures.map(({ kind, index, shows, pixels }) => ({ kind, index, shows, bytes: pixels.length })),
    ),
  );
  context.write("pictures.rgb", joinedBytes(pictures.map(({ pixels }) => pixels)));
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

/** The stages that the summary reads, the anchors of each seed first; among them the committed adapter, which tells its steps. */
export function controlStages(request: RunRequest, record: ControlRecord, find: Table1Found): Stage[] {
  const { scale, budget: budgetId, seeds, device } = request;
  const sizes = budgetOf(request);
  const { samplerSteps, guidance } = sizes;
  const size = record.sizes[budgetId];
  const seconds = (pictures: number) => Math.ceil(samplingCost(sizes, pictures).expectedSeconds);
  const make = stageMaker(record.id, MEASURE, { with: [WRITE_PICTURES] });
  const makeAnchors = stageMaker(record.id, MEASURE_ANCHORS, { with: [WRITE_PICTURES] });
  const conditions = size.scenes + size.portraits;
  const ablations = ablationTrainings(request, { encode: find.encode });
  const foundAdapter = (source: AdapterSource, seed: number): FoundAdapter => {
    switch (source.from) {
      case "table1":
        return { model: "joint", adapter: find.train(source.variant, seed) };
      case "ablations":
        return { model: "joint", ...ablations.model(source.row, seed) };
      case "committed":
        return { model: "committed", adapter: find.committed() };
      case "start":
        return { model: "start" };
    }
  };

  const committed = SCALES[scale].committedAdapter ? [find.committed()] : [];
  return [
    ...committed,
    ...seeds.flatMap((seed) => {
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
        ...rowsAt(record, scale).map(({ row, label, adapter: source, wordings }) => {
          const { model, adapter, form } = foundAdapter(source, seed);
          const config: ControlRequest = { ...setting, row, model, wordings, ...formFields(form) };
          return make({
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
              writePictures(report.pictures, context);
            },
          });
        }),
      ];
    }),
  ];
}
