/** What the paper's scale scores with: held-out pairs of a folder, sampled through the pipeline, and CLIP, by the encoders that condition the adapters. */
import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { UserError } from "../../lib/engine/mod.ts";
import { createGenerator, type Generator, guidancePlan, openRun } from "../../lib/pipeline/mod.ts";
import { fitPicture, onWhite, readPicture, type RgbPicture } from "../../lib/raster/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import { type HeldOutPair, type ScoredModel, scoreItems, type Scoring } from "../adapters/score_task.ts";
import { initialNoise } from "../adapters/validation_items.ts";
import type { StageContext } from "../runner/mod.ts";
import type { ScoreReport, ScoreRequest } from "../setting/model_requests.ts";
import { inSlot } from "./open_slots.ts";
import { type PairLine, readPairs } from "./pair_lines.ts";
import { type PaperFolders, taskFolder } from "./paper_inputs.ts";
import { latentDecoder, toPicture } from "./pipeline_models.ts";
import { makeOn, openId, scorersFor, type StageModels, stageModels } from "./stage_models.ts";

/** What samples with every adapter of a kind. */
interface OpenSampler {
  readonly generator: Generator;
  decode(latents: Float32Array): Promise<RgbPicture>;
  dispose(): Promise<void>;
}

/** The sampler of a request's kind of adapter, a picture at a time; the only one in memory. */
function samplerFor(
  models: StageModels,
  { instructions, guidance, device }: ScoreRequest,
  { adapter: like }: Required<Pick<ScoredModel, "adapter">>,
): Promise<OpenSampler> {
  const { unet, text, tokenizer, schedule, plus, instruct, latentSide, side } = models;
  const projection = instructions === "none" ? plus.projection : instruct;
  const { passes } = guidancePlan({ guidance });
  const id = openId(models, device, projection.class, passes.length);
  return inSlot("sampling", id, async () => {
    const make = makeOn(device);
    const { reader } = await scorersFor(models, device);
    const noImage = await reader.none();
    const sides = { height: latentSide, width: latentSide };
    const generator = await createGenerator({
      base: { unet, text, tokenizer },
      adapter: {
        projection,
        like,
        imageShape: [noImage.length / projectionWidth(projection), projectionWidth(projection)],
        noImage,
      },
      schedule,
      batch: 1,
      passes,
      sides,
    }, { engine: make });
    const decoder = await openRun(make, latentDecoder(models, sides));
    const shape = [1, unet.config.in_channels, latentSide, latentSide];
    return {
      generator,
      async decode(data) {
        const pixels = await decoder.run({ latents: { dtype: "float32", shape, data } });
        return toPicture(pixels, { width: side, height: side });
      },
      async dispose() {
        for (const part of [generator, decoder]) await part.dispose();
      },
    };
  });
}

const projectionWidth = (projection: StageModels["instruct"] | StageModels["plus"]["projection"]): number =>
  projection.class === "Resampler" ? projection.embedding_dim : projection.embedding_dim_image_embeds;

/** The pictures of a pair. */
async function heldOut(
  { task, folder, line, index, side }: {
    readonly task: TaskId;
    readonly folder: string;
    readonly line: PairLine;
    readonly index: number;
    readonly side: number;
  },
): Promise<HeldOutPair> {
  const read = async (path: string) => {
    const file = join(folder, path);
    const bytes = await readFile(file).catch(() => {
      throw new UserError(`Scoring ${task} pairs failed: expected the picture ${file}, got none`);
    });
    return await readPicture(new Uint8Array(bytes));
  };
  const square = { width: side, height: side, fit: "crop" } as const;
  const [condition, target] = [await read(line.condition), await read(line.target)];
  return {
    task,
    index,
    objectName: line.object,
    prompt: line.prompt,
    conditionCaption: line.caption,
    condition: onWhite(condition),
    shown: fitPicture(condition, square),
    target: fitPicture(target, square),
  };
}

async function scoringWith(
  models: StageModels,
  folders: PaperFolders,
  { device, items }: ScoreRequest,
): Promise<Scoring<HeldOutPair>> {
  const { side, latentSide, unet, tokenizer } = models;
  const { reader, text } = await scorersFor(models, device);
  const lines = new Map<TaskId, readonly PairLine[]>();
  const linesOf = (task: TaskId): readonly PairLine[] => {
    const known = lines.get(task) ??
      readPairs(task, taskFolder(folders, task), { split: "val", count: items });
    lines.set(task, known);
    return known;
  };
  return {
    part: 1,
    available: (task) => Promise.resolve(linesOf(task).length),
    pairs: (task, first, count) =>
      Promise.all(
        linesOf(task).slice(first, first + count).map((line, i) =>
          heldOut({ task, folder: taskFolder(folders, task), line, index: first + i, side })
        ),
      ),
    async sample(worded, { adapter, adapterScale = 1, progress }, request) {
      const { seed, samplerSteps: steps, guidance, instructions } = request;
      const { generator, decode } = await samplerFor(models, request, { adapter });
      const size = unet.config.in_channels * latentSide ** 2;
      const given = [];
      for (const { pair, instruction } of worded) {
        given.push({
          ids: tokenizer.encode([pair.prompt], { truncate: true }),
          image: (await reader.read(pair.condition)).tokens,
          ...(instructions === "none" ? {} : { instruction: await text(instruction) }),
          noise: initialNoise(pair, seed, size),
        });
      }
      const latents = await generator.generate(given, {
        adapter,
        adapterScale,
        steps,
        guidance,
        ...(progress ? { progress } : {}),
      });
      const pictures: RgbPicture[] = [];
      for (const each of latents) pictures.push(await decode(each));
      return pictures;
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
  { folders, kept }: {
    readonly folders: PaperFolders;
    readonly kept?: Pick<StageContext, "loadLatestCheckpoint" | "saveCheckpoint" | "signal">;
  },
): Promise<ScoreReport> {
  const models = await stageModels(folders);
  const scoring = await scoringWith(models, folders, request);
  return await scoreItems(request, model, { scoring, ...(kept ? { kept } : {}) });
}
