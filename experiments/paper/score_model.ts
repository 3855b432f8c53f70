/** One model on one task's held-out pairs at the paper's scale, for the stages that measure it. */
import { instantStyle } from "../../lib/adapter/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import type { HeldOutPair, ScoredModel, Scoring } from "../adapters/score_task.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import { emptySlots } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { scoreTask } from "./score_task.ts";
import { stageModels, startAdapter } from "./stage_models.ts";

/** The weights of a row's model; none of the targets. @throws RangeError for a trained model without its training, or one that this scale has not. */
async function modelOf(
  { model, row }: ScoreRequest,
  trained: StageOutput | undefined,
  folders: PaperFolders,
): Promise<ScoredModel> {
  switch (model) {
    case "target":
      return {};
    case "start":
      return { adapter: startAdapter(await stageModels(folders)) };
    case "start-style-layers": {
      const models = await stageModels(folders);
      return { adapter: instantStyle(startAdapter(models), models.unet.config) };
    }
    case "single":
    case "joint":
      if (trained === undefined) throw new RangeError(`Scoring ${row} needs its training, got none`);
      return readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER));
    default:
      throw new RangeError(`Scoring at the paper's scale knows no ${model} model, got row ${row}`);
  }
}

/** Generates and scores; of the targets nothing is generated. */
export async function scoreModel(
  request: ScoreRequest,
  inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
  context: StageContext,
  { folders, others, ...scaled }: {
    readonly folders: PaperFolders;
    /** λ of the image attention; 1 if absent. */
    readonly adapterScale?: number;
    /** Further scores of each picture. */
    readonly others?: Scoring<HeldOutPair>["others"];
  },
): Promise<ScoreReport> {
  await emptySlots("encoding", "training");
  const model = await modelOf(request, inputs.adapter, folders);
  const progress = (done: number, total: number) => context.progress(done, total, "images");
  return await scoreTask(
    request,
    { ...model, ...scaled, progress },
    { folders, kept: context, ...(others ? { others } : {}) },
  );
}
