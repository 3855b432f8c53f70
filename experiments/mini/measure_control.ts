/** Stages: a model's pictures of control conditions under every instruction, and what they are compared with; scored against the conditions. */
import { visionTokens } from "../../lib/clip/mod.ts";
import { adapterParams, type ProjectionConfig } from "../../lib/adapter/mod.ts";
import type { AspectScores } from "../../lib/report/mod.ts";
import { type ControlItem, type Rgb, TASKS } from "../../lib/tasks/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type {
  ControlPicture,
  ControlRequest,
  ControlSetting,
  MeasureAnchors,
  MeasureControl,
} from "../setting/control_requests.ts";
import { instructForm } from "../setting/instruct_form.ts";
import { controlScores, type ScoredPicture } from "./control_scores.ts";
import {
  controlItems,
  controlNoise,
  type ControlWish,
  controlWishes,
  shownItems,
  tasksOf,
} from "./control_wishes.ts";
import { FORM_SIZES, instructionRows, instructionSize, padded } from "./instruct_forms.ts";
import { MINI_RESAMPLER } from "./models.ts";
import { sharedGenerator } from "./pipeline_models.ts";
import { LARGEST_BATCH } from "./score_task.ts";
import {
  sharedBank,
  sharedBase,
  sharedEmbedder,
  sharedImageEncoder,
  sharedLatentDecoder,
  sharedPlus,
  sharedVision,
} from "./shared_models.ts";
import { readTrainedAdapter, TRAINED_ADAPTER, type TrainedAdapter } from "../adapters/trained_adapter.ts";

const WIDTH = 512;

/** An adapter to sample from. */
interface SampledAdapter extends TrainedAdapter {
  readonly projection: ProjectionConfig;
  /** Instruction tokens; none where it takes no instruction. */
  readonly words?: number;
}

/** IPAdapter+. */
async function startAdapter(): Promise<SampledAdapter> {
  const plus = await sharedPlus();
  const adapter = adapterParams({ projection: plus.projection.params, context: plus.context });
  return { projection: MINI_RESAMPLER, adapter, replacesText: false };
}

async function adapterOf(request: ControlRequest, trained: StageOutput | undefined): Promise<SampledAdapter> {
  if (request.model === "start") return await startAdapter();
  if (trained === undefined) {
    throw new RangeError(`Measuring the control of ${request.row} needs its adapter, got none`);
  }
  return {
    ...FORM_SIZES[instructForm(request)],
    ...readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER)),
  };
}

/** One pass of the sampler over all wishes; a scale of 0 is the prompt alone. */
async function sampled(
  wishes: readonly { readonly item: ControlItem; readonly instruction?: Float32Array }[],
  { projection, adapter, replacesText, words }: SampledAdapter,
  { setting, adapterScale, progress }: {
    readonly setting: ControlSetting;
    readonly adapterScale: number;
    readonly progress: (done: number, total: number) => void;
  },
): Promise<Rgb[]> {
  const { seed, samplerSteps, guidance, device } = setting;
  const { tokenizer } = await sharedBase();
  const items = [...new Set(wishes.map(({ item }) => item))];
  const encoder = await sharedImageEncoder("encoder", device);
  const features = await encoder.run(items.map(({ condition }) => condition));
  const tokens = new Map(items.map((item, i) => [item, features[i]!.tokens]));
  // The smallest power of two that holds the pictures.
  const batch = Math.min(LARGEST_BATCH, 2 ** Math.ceil(Math.log2(Math.max(1, wishes.length))));
  const generator = await sharedGenerator(projection, adapter, { batch, device, words, replacesText });
  const latents = await generator.generate(
    wishes.map(({ item, instruction }) => ({
      ids: tokenizer.encode([item.prompt]),
      image: tokens.get(item)!,
      ...(instruction ? { instruction } : {}),
      noise: controlNoise(item, seed),
    })),
    { adapter, adapterScale, steps: samplerSteps, guidance, progress },
  );
  return await (await sharedLatentDecoder(device)).run(latents);
}

/** Scores by the shared judge. */
async function scoresOf(
  pictures: readonly ScoredPicture[],
  { device }: ControlSetting,
  context: StageContext,
): Promise<AspectScores[]> {
  const embedder = await sharedEmbedder(device);
  return await controlScores(pictures, {
    bank: await sharedBank(),
    judge: await sharedImageEncoder("judge", device),
    tokens: visionTokens((await sharedVision("judge")).config),
    async vectors(texts) {
      const rows = await embedder.embed(texts);
      return texts.map((_, i) => rows.slice(i * WIDTH, (i + 1) * WIDTH));
    },
    progress: (done, total) => context.progress(done, total, "scores"),
  });
}

const itemsOf = async (setting: ControlSetting, { cacheFolder, notice }: StageContext) =>
  controlItems(await sharedBank({ cacheFolder, notice }), setting);

const picture = ({ kind, index }: ControlItem, task: string, pixels: Rgb): ControlPicture => ({
  ...{ kind, index, task },
  pixels,
});

/** Instruction rows of wishes, padded to the form's size. */
async function instructionsOf(
  wishes: readonly ControlWish[],
  request: ControlRequest,
): Promise<Float32Array[]> {
  const form = instructForm(request);
  const size = instructionSize(FORM_SIZES[form]);
  const rows = new Map<ControlWish, Float32Array>();
  for (const task of TASKS) {
    const own = wishes.filter((wish) => wish.task === task);
    if (own.length === 0) continue;
    const texts = own.map(({ instruction }) => instruction);
    (await instructionRows(form, texts, { task, device: request.device })).forEach((row, i) =>
      rows.set(own[i]!, padded(row, size))
    );
  }
  return wishes.map((wish) => rows.get(wish)!);
}

/** Samples a model under every instruction; one that takes none has the same picture, and scores, under all. */
export const measureControl: MeasureControl = async (request, { adapter: trained }, context) => {
  const { row, wordings, seed, shown } = request;
  const items = await itemsOf(request, context);
  const adapter = await adapterOf(request, trained);
  const wishes = controlWishes(items, wordings);
  const deaf = adapter.words === undefined;
  if (deaf !== (wordings === "none")) {
    throw new RangeError(
      `Measuring the control of ${row} needs wordings for a model that reads them, got ${wordings}`,
    );
  }
  const rows = deaf ? [] : await instructionsOf(wishes, request);
  const made = await sampled(
    deaf ? items.map((item) => ({ item })) : wishes.map(({ item }, i) => ({ item, instruction: rows[i]! })),
    adapter,
    {
      setting: request,
      adapterScale: 1,
      progress: (done, total) => context.progress(done, total, "images"),
    },
  );
  const pictureOf = (wish: ControlWish, i: number) => made[deaf ? items.indexOf(wish.item) : i]!;
  const scored = deaf
    ? items.map((item, i) => ({ item, picture: made[i]! }))
    : wishes.map((wish, i) => ({ item: wish.item, picture: pictureOf(wish, i) }));
  const scores = await scoresOf(scored, request, context);
  const kept = new Set(shownItems(items, shown));
  return {
    samples: wishes.map(({ item, task, instruction }, i) => ({
      ...{ row, task, kind: item.kind, index: item.index, seed, instruction, prompt: item.prompt },
      scores: scores[deaf ? items.indexOf(item) : i]!,
    })),
    pictures: wishes.flatMap((wish, i) =>
      kept.has(wish.item) ? [picture(wish.item, wish.task, pictureOf(wish, i))] : []
    ),
  };
};

/** Samples the prompt alone (IPAdapter+ at a scale of 0, which is the base), and scores it and all targets. */
export const measureAnchors: MeasureAnchors = async (setting, context) => {
  const { seed, shown } = setting;
  const items = await itemsOf(setting, context);
  const made = await sampled(items.map((item) => ({ item })), await startAdapter(), {
    setting,
    adapterScale: 0,
    progress: (done, total) => context.progress(done, total, "images"),
  });
  const alone = items.map((item, i) => ({ item, picture: made[i]! }));
  const targets = items.flatMap((item) =>
    tasksOf(item).map((task) => ({ item, task, picture: item.items.get(task)!.target }))
  );
  const scores = await scoresOf([...alone, ...targets], setting, context);
  const ofTargets = scores.slice(items.length);
  const kept = new Set(shownItems(items, shown));
  return {
    anchors: items.map((item, i) => ({
      ...{ kind: item.kind, index: item.index, seed, prompt: item.prompt },
      alone: scores[i]!,
      targets: Object.fromEntries(
        targets.flatMap((target, place) =>
          target.item === item ? [[target.task, ofTargets[place]!] as const] : []
        ),
      ),
    })),
    pictures: items.flatMap((item, i) =>
      kept.has(item)
        ? [picture(item, "condition", item.condition), picture(item, "prompt alone", made[i]!)]
        : []
    ),
  };
};
