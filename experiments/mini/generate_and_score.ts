/** Stage: one model on one task's validation items. */
import { adapterParams, instantStyle } from "../../lib/adapter/mod.ts";
import { type HostParams, readSafetensors } from "../../lib/engine/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { RowModel } from "../setting/experiment.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { scoreTask } from "./score_task.ts";
import { sharedBank, sharedBase, sharedPlus } from "./shared_models.ts";

/** The weights of a row's model. @throws RangeError for a trained model without its training. */
async function adapterOf(
  model: Exclude<RowModel, "target">,
  trained: StageOutput | undefined,
): Promise<HostParams> {
  if (model === "single" || model === "joint") {
    if (trained === undefined) throw new RangeError(`Scoring a ${model} model needs its training, got none`);
    const bytes = await trained.bytes("adapter.safetensors");
    return readSafetensors(bytes, { what: "a trained adapter" }).tensors;
  }
  const plus = await sharedPlus();
  const whole = adapterParams({ projection: plus.projection.params, context: plus.context });
  return model === "start" ? whole : instantStyle(whole, (await sharedBase()).unet.config);
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
  return await scoreTask(request, { ...options, adapter: await adapterOf(model, inputs.adapter), progress });
}
