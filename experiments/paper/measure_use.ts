/** Stage: one model at one adapter scale on one task's held-out pairs at the paper's scale, with CLIP's scores and what leaks from the condition. */
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { colourLikeness, taskOf } from "../../lib/tasks/mod.ts";
import type { HeldOutPair } from "../adapters/score_task.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { ScoreReport, UseRequest } from "../setting/model_requests.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { reduced } from "./reduced.ts";
import { scoreModel } from "./score_model.ts";

/**
 * `{ leak }` of each picture whose task should leave colours of the condition; none where nothing can leak, nor where an encoder would have to name what
 * arrives: the names of everything that pictures of the user's can show are not known.
 */
function leaks(pairs: readonly HeldOutPair[], outputs: readonly RgbPicture[]): Record<string, number>[] {
  return pairs.map(({ task, shown }, i): Record<string, number> => {
    const { leak } = taskOf(task);
    return leak?.kind === "colours"
      ? { leak: colourLikeness(reduced(outputs[i] as RgbPicture), reduced(shown), leak) }
      : {};
  });
}

/** Generates, scores, and measures the leak of every picture. */
export function measureUse(
  request: UseRequest,
  inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
  context: StageContext,
  folders: PaperFolders,
): Promise<ScoreReport> {
  const { adapterScale } = request;
  return scoreModel(request, inputs, context, { folders, adapterScale, others: leaks });
}
