/** Stages: a model's pictures of control conditions under every instruction, and what they are compared with; scored against the conditions. */
import { visionTokens } from "../../lib/clip/mod.ts";
import type { AspectScores } from "../../lib/report/mod.ts";
import type { ControlItem, Rgb } from "../../lib/tasks/mod.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type {
  ControlPicture,
  ControlRequest,
  ControlSetting,
  ControlShows,
  MeasureAnchors,
  MeasureControl,
} from "../setting/control_requests.ts";
import { type InstructForm, instructForm } from "../setting/instruct_form.ts";
import { controlAnchors, controlSample, controlTargets } from "./control_anchors.ts";
import { controlScores, type ScoredPicture } from "./control_scores.ts";
import { controlItems, type ControlWish, controlWishes, shownItems, wishedItem } from "./control_wishes.ts";
import { startParams } from "./frozen.ts";
import { samplePictures } from "./sample_pictures.ts";
import {
  sentenceVectors,
  sharedBank,
  sharedImageEncoder,
  sharedPlus,
  sharedVision,
} from "./shared_models.ts";
import { readTrainedAdapter, TRAINED_ADAPTER, type TrainedAdapter } from "../adapters/trained_adapter.ts";

/** An adapter to sample from, and how it reads its instruction; without a form it takes none. */
interface SampledAdapter extends TrainedAdapter {
  readonly form?: InstructForm;
}

/** IPAdapter+. */
async function startAdapter(): Promise<SampledAdapter> {
  return { adapter: startParams(await sharedPlus()), replacesText: false };
}

async function adapterOf(request: ControlRequest, trained: StageOutput | undefined): Promise<SampledAdapter> {
  if (request.model === "start") return await startAdapter();
  if (trained === undefined) {
    throw new RangeError(`Measuring the control of ${request.row} needs its adapter, got none`);
  }
  return { form: instructForm(request), ...readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER)) };
}

/** One pass of the sampler over all wishes, or over conditions that nothing is said about; a scale of 0 is the prompt alone. */
async function sampled(
  wishes: readonly (Pick<ControlWish, "item"> & Partial<ControlWish>)[],
  adapter: SampledAdapter,
  { setting, adapterScale, progress }: {
    readonly setting: ControlSetting;
    readonly adapterScale: number;
    readonly progress: (done: number, total: number) => void;
  },
): Promise<Rgb[]> {
  const { seed, samplerSteps: steps, guidance, device } = setting;
  const pictures = await samplePictures(
    wishes.map((wish) => wishedItem(wish, seed)),
    adapter,
    { form: adapter.form, adapterScale, steps, guidance, device, progress },
  );
  return pictures.map(({ picture }) => picture.pixels);
}

/** Scores by the shared judge. */
async function scoresOf(
  pictures: readonly ScoredPicture[],
  { device }: ControlSetting,
  context: StageContext,
): Promise<AspectScores[]> {
  return await controlScores(pictures, {
    bank: await sharedBank(),
    judge: await sharedImageEncoder("judge", device),
    tokens: visionTokens((await sharedVision("judge")).config),
    vectors: (texts) => sentenceVectors(texts, device),
    progress: (done, total) => context.progress(done, total, "scores"),
  });
}

const itemsOf = async (setting: ControlSetting, { cacheFolder, notice }: StageContext) =>
  controlItems(await sharedBank({ cacheFolder, notice }), setting);

const picture = ({ kind, index }: ControlItem, shows: ControlShows, pixels: Rgb): ControlPicture => ({
  ...{ kind, index, shows },
  pixels,
});

/** Samples a model under every instruction; one that takes none has the same picture, and scores, under all. */
export const measureControl: MeasureControl = async (request, { adapter: trained }, context) => {
  const { row, wordings, seed, shown } = request;
  const items = await itemsOf(request, context);
  const adapter = await adapterOf(request, trained);
  const wishes = controlWishes(items, wordings);
  const deaf = adapter.form === undefined;
  if (deaf !== (wordings === "none")) {
    throw new RangeError(
      `Measuring the control of ${row} needs wordings for a model that reads them, got ${wordings}`,
    );
  }
  const made = await sampled(deaf ? items.map((item) => ({ item })) : wishes, adapter, {
    setting: request,
    adapterScale: 1,
    progress: (done, total) => context.progress(done, total, "images"),
  });
  const pictureOf = (wish: ControlWish, i: number) => made[deaf ? items.indexOf(wish.item) : i]!;
  const scored = deaf
    ? items.map((item, i) => ({ item, picture: made[i]! }))
    : wishes.map((wish, i) => ({ item: wish.item, picture: pictureOf(wish, i) }));
  const scores = await scoresOf(scored, request, context);
  const kept = new Set(shownItems(items, shown));
  return {
    samples: wishes.map((wish, i) =>
      controlSample(wish, { row, seed, scores: scores[deaf ? items.indexOf(wish.item) : i]! })
    ),
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
  const scores = await scoresOf([...alone, ...controlTargets(items)], setting, context);
  const kept = new Set(shownItems(items, shown));
  return {
    anchors: controlAnchors(items, seed, { alone: scores, targets: scores.slice(items.length) }),
    pictures: items.flatMap((item, i) =>
      kept.has(item) ? [picture(item, "condition", item.condition), picture(item, "prompt", made[i]!)] : []
    ),
  };
};
