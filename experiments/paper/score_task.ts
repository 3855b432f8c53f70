/** What the paper's scale scores with: held-out pairs of a folder, sampled through the pipeline, and CLIP, by the encoders that condition the adapters. */
import { type HeldOutPair, type ScoredModel, scoreItems, type Scoring } from "../adapters/score_task.ts";
import { initialNoise } from "../adapters/validation_items.ts";
import type { StageContext } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { heldOutPairs } from "./held_out_pairs.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { latentCount, samplePictures } from "./sample_pictures.ts";
import { scorersFor, type StageModels, stageModels } from "./stage_models.ts";

async function scoringWith(
  models: StageModels,
  folders: PaperFolders,
  { device, items }: ScoreRequest,
): Promise<Scoring<HeldOutPair>> {
  const { reader, text } = await scorersFor(models, device);
  return {
    part: 1,
    ...heldOutPairs(folders, { items, side: models.side }),
    async sample(worded, { adapter, adapterScale = 1, progress }, request) {
      const { seed, samplerSteps: steps, guidance, instructions } = request;
      const sampled = await samplePictures(
        models,
        worded.map(({ pair, instruction }) => ({
          ...pair,
          instruction,
          noise: initialNoise(pair, seed, latentCount(models)),
        })),
        adapter,
        { instructed: instructions !== "none", adapterScale, steps, guidance, device, progress },
      );
      return sampled.map(({ picture }) => picture);
    },
    encoders: [{
      suffix: "",
      async images(pictures) {
        const found: Float32Array[] = [];
        for (const picture of pictures) found.push((await reader.read(picture)).embedding);
        return found;
      },
      async texts(texts) {
        const found: Float32Array[] = [];
        for (const each of texts) found.push(await text(each));
        return found;
      },
    }],
  };
}

/** Scores the first held-out pairs of a task, as many of those asked for as there are. */
export async function scoreTask(
  request: ScoreRequest,
  model: ScoredModel,
  { folders, others, kept }: {
    readonly folders: PaperFolders;
    /** Further scores of each picture. */
    readonly others?: Scoring<HeldOutPair>["others"];
    readonly kept?: Pick<StageContext, "loadLatestCheckpoint" | "saveCheckpoint" | "signal">;
  },
): Promise<ScoreReport> {
  const models = await stageModels(folders);
  const scoring = { ...await scoringWith(models, folders, request), ...(others ? { others } : {}) };
  return await scoreItems(request, model, { scoring, ...(kept ? { kept } : {}) });
}
