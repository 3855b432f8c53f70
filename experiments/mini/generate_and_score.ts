/** Stage: one model on one task's validation items. */
import { instantStyle } from "../../lib/adapter/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { RowModel } from "../setting/experiment.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { startParams } from "./frozen.ts";
import { scoreTask } from "./score_task.ts";
import { sharedBank, sharedBase, sharedPlus } from "./shared_models.ts";
import { readTrainedAdapter, TRAINED_ADAPTER, type TrainedAdapter } from "../adapters/trained_adapter.ts";

/** The weights of a row's model. @throws RangeError for a trained model without its training. */
async function adapterOf(
  model: Exclude<RowModel, "target">,
  trained: StageOutput | undefined,
): Promise<TrainedAdapter> {
  if (model === "single" || model === "joint" || model === "committed") {
    if (trained === undefined) throw new RangeError(`Scoring a ${model} model needs its training, got none`);
    return readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER));
  }
  const whole = startParams(await sharedPlus());
  const adapter = model === "start" ? whole : instantStyle(whole, (await sharedBase()).unet.config);
  return { adapter, replacesText: false };
}

/** Generates and scores; of the targets nothing is generated. */
export async function generateAndScore(
  request: ScoreRequest,
  inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
  context: StageContext,
  options: { readonly adapterScale?: number } = {},
): Promise<ScoreReport> {
  await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const progress = (done: number, total: number) => context.progress(done, total, "images");
  const { model } = request;
  if (model === "target") return await scoreTask(request, { progress });
  return await scoreTask(request, { ...options, ...await adapterOf(model, inputs.adapter), progress });
}
