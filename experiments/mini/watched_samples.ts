/** What a training's adapter makes of a few held-out pairs, for whoever watches it. */
import type { HostParams } from "../../lib/engine/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { composePair, SIZE } from "../../lib/tasks/mod.ts";
import { instructForm } from "../setting/instruct_form.ts";
import type { TrainRequest } from "../setting/model_requests.ts";
import { sampleSheet } from "../adapters/sample_sheet.ts";
import { initialNoise, validationInstruction } from "../adapters/validation_items.ts";
import { LATENT_SIZE } from "./models.ts";
import { batchFor, samplePictures } from "./sample_pictures.ts";
import { sharedBank } from "./shared_models.ts";

/** Held-out pairs of each task, at most. */
const MOST_PAIRS = 3;

/** Condition, sample and target of the first held-out pairs of a training's tasks, in one run of the generator that validation has compiled. */
export async function watchedSamples(request: TrainRequest, adapter: HostParams): Promise<RgbPicture> {
  const { tasks, instructions, seed, device, samplerSteps, guidance, validateItems } = request;
  const { replacesText } = request.recipe;
  const batch = batchFor(validateItems);
  const each = Math.min(MOST_PAIRS, Math.max(1, Math.floor(batch / tasks.length)));
  const bank = await sharedBank();
  const pairs = tasks.flatMap((task) =>
    Array.from({ length: each }, (_, index) => composePair(bank, { task, split: "val", index }))
  );
  const wordings = pairs.map((pair) => validationInstruction(pair, instructions));
  const outputs = await samplePictures(
    pairs.map((pair, i) => ({
      prompt: pair.prompt,
      condition: pair.condition,
      instruction: { task: pair.task, text: wordings[i]! },
      noise: initialNoise(pair, seed, LATENT_SIZE),
    })),
    { adapter, replacesText },
    { form: instructForm(request), steps: samplerSteps, guidance, device, batch },
  );
  const picture = (pixels: Uint8Array): RgbPicture => ({ width: SIZE, height: SIZE, pixels });
  return await sampleSheet(pairs.map(({ task, prompt, condition, target }, i) => ({
    ...{ task, prompt, instruction: wordings[i]!, sample: outputs[i]!.picture },
    ...{ condition: picture(condition), target: picture(target) },
  })));
}
