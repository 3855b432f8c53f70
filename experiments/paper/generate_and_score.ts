/** Stage: one model on one task's held-out pairs at the paper's scale, with Table 1's scores. */
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { scoreModel } from "./score_model.ts";

/** Generates and scores. */
export const generateAndScore = (
  request: ScoreRequest,
  inputs: { readonly dataset: StageOutput; readonly adapter: StageOutput | undefined },
  context: StageContext,
  folders: PaperFolders,
): Promise<ScoreReport> => scoreModel(request, inputs, context, { folders });
