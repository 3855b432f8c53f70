/** Stage: one model on one task's validation items. */
import { adapterParams, instantStyle } from "../../lib/adapter/mod.ts";
import { readSafetensors } from "../../lib/engine/mod.ts";
import { INSTANT_STYLE } from "../setting/use_rows.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { scoreTask } from "./score_task.ts";
import { sharedBank, sharedBase, sharedPlus } from "./shared_models.ts";

/** Generates and scores; the row ground-truth scores the targets, the row ip-adapter-plus the start of all trainings, the row instant-style that in the style layers alone. */
export async function generateAndScore(
  request: ScoreRequest,
  inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
  context: StageContext,
  options: { readonly adapterScale?: number } = {},
): Promise<ScoreReport> {
  await sharedBank({ cacheFolder: context.cacheFolder, notice: context.notice });
  const progress = (done: number, total: number) => context.progress(done, total, "images");
  if (request.row === "ground-truth") return await scoreTask(request, { progress });
  if (inputs.adapter) {
    const { tensors } = readSafetensors(await inputs.adapter.bytes("adapter.safetensors"), {
      what: "a trained adapter",
    });
    return await scoreTask(request, { ...options, adapter: tensors, progress });
  }
  const plus = await sharedPlus();
  const whole = adapterParams({ projection: plus.projection.params, context: plus.context });
  const adapter = request.row === INSTANT_STYLE
    ? instantStyle(whole, (await sharedBase()).unet.config)
    : whole;
  return await scoreTask(request, { ...options, adapter, progress });
}
