/** What a training's adapter makes of a few held-out pairs, for whoever watches it. */
import type { HostParams } from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { composePair, SIZE } from "../../lib/tasks/mod.ts";
import { instructForm, overrideOf } from "../setting/instruct_form.ts";
import type { TrainRequest } from "../setting/model_requests.ts";
import { FORM_SIZES, instructionRows, instructionSize, padded } from "./instruct_forms.ts";
import { decodeLatents, sharedGenerator } from "./pipeline_models.ts";
import { sampleSheet } from "../adapters/sample_sheet.ts";
import { initialNoise, validationInstruction } from "../adapters/validation_items.ts";
import { LATENT_SIZE } from "./models.ts";
import { LARGEST_BATCH } from "./score_task.ts";
import { sharedBank, sharedBase, sharedImageEncoder } from "./shared_models.ts";

/** Held-out pairs of each task, at most. */
const MOST_PAIRS = 3;

/** Condition, sample and target of the first held-out pairs of a training's tasks, in one run of the generator that validation has compiled. */
export async function watchedSamples(request: TrainRequest, adapter: HostParams): Promise<RgbPicture> {
  const { tasks, instructions, seed, device, samplerSteps, guidance, validateItems } = request;
  const { replacesText } = request.recipe;
  const batch = Math.min(LARGEST_BATCH, 2 ** Math.ceil(Math.log2(Math.max(1, validateItems))));
  const each = Math.min(MOST_PAIRS, Math.max(1, Math.floor(batch / tasks.length)));
  const bank = await sharedBank();
  const pairs = tasks.flatMap((task) =>
    Array.from({ length: each }, (_, index) => composePair(bank, { task, split: "val", index }))
  );
  const form = instructForm(request), sizes = FORM_SIZES[form];
  const wordings = pairs.map((pair) =>
    validationInstruction(pair, instructions, overrideOf({ ...request, task: pair.task }))
  );
  const encoder = await sharedImageEncoder("encoder", device);
  const conditions = await encoder.run(pairs.map((pair) => pair.condition));
  const given = await Promise.all(
    pairs.map(async ({ task }, i) => (await instructionRows(form, [wordings[i]!], { task, device }))[0]!),
  );
  const { tokenizer } = await sharedBase();
  const generator = await sharedGenerator(sizes.projection, adapter, {
    batch,
    device,
    words: sizes.words,
    replacesText,
  });
  const latents = await generator.generate(
    pairs.map((pair, i) => ({
      ids: tokenizer.encode([pair.prompt]),
      image: conditions[i]!.tokens,
      instruction: padded(given[i]!, instructionSize(sizes)),
      noise: initialNoise(pair, seed, LATENT_SIZE),
    })),
    { adapter, steps: samplerSteps, guidance },
  );
  const outputs = await decodeLatents(latents, device);
  const picture = (pixels: Uint8Array): RgbPicture => ({ width: SIZE, height: SIZE, pixels });
  return await sampleSheet(pairs.map(({ task, prompt, condition, target }, i) => ({
    ...{ task, prompt, instruction: wordings[i]!, sample: outputs[i]! },
    ...{ condition: picture(condition), target: picture(target) },
  })));
}
