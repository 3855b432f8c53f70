/** Stage: one task's held-out pairs at the paper's scale by the joint model, a ControlNet, and both, all from the same noise. */
import { fold, key, normal } from "../../lib/engine/mod.ts";
import { embeddingScores } from "../../lib/metrics/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import type { SampleRow } from "../../lib/report/mod.ts";
import { edgeF1, taskOf } from "../../lib/tasks/mod.ts";
import { controlnetOf } from "../../lib/tasks/controlnets/mod.ts";
import { readTrainedAdapter, TRAINED_ADAPTER } from "../adapters/trained_adapter.ts";
import { validationInstruction } from "../adapters/validation_items.ts";
import type { StageContext, StageOutput } from "../runner/mod.ts";
import type { CombineRequest } from "../setting/model_requests.ts";
import { CONTROL_SCORE } from "../setting/score_names.ts";
import { heldOutPairs } from "./held_out_pairs.ts";
import { keptItems } from "./kept_items.ts";
import { placesOf } from "./locate_file.ts";
import { emptySlots } from "./open_slots.ts";
import type { PaperFolders } from "./paper_inputs.ts";
import { loadControlnet } from "./paper_models.ts";
import { reduced } from "./reduced.ts";
import { latentCount, samplePictures } from "./sample_pictures.ts";
import { scorersFor, stageModels } from "./stage_models.ts";

/**
 * Samples and measures as many of the pairs asked for as there are; killed, it goes on after the last saved one. pictures.rgb: of each shown item
 * condition, control, target, then one picture per combination. How well a pose is followed would have to be detected: that has no score.
 */
export async function combineControls(
  request: CombineRequest,
  trained: StageOutput,
  context: StageContext,
  folders: PaperFolders,
): Promise<void> {
  const { task, controlnet: name, combinations, seed, galleryItems, guidance, device } = request;
  await emptySlots("encoding", "training");
  const models = await stageModels(folders);
  const controlnet = await loadControlnet(placesOf(folders.models), name, models);
  const { adapter } = readTrainedAdapter(await trained.bytes(TRAINED_ADAPTER));
  const { reader, text } = await scorersFor(models, device);
  const embedded = async (picture: RgbPicture) => (await reader.read(picture)).embedding;
  const { available, pairs } = heldOutPairs(folders, {
    items: request.items,
    side: models.side,
    control: name,
  });
  const items = Math.min(request.items, await available(task));
  const perItem = await keptItems(
    context,
    { items, shown: galleryItems, images: combinations.length },
    async (item, progress) => {
      const [pair] = await pairs(task, item, 1);
      if (pair?.control === undefined) throw new RangeError(`Combining ${task} lost its pair ${item}`);
      const instruction = validationInstruction(pair, "random");
      const noise = normal(fold(key("combine"), task, pair.index, seed), latentCount(models));
      const given = {
        condition: await embedded(pair.condition),
        prompt: await text(pair.prompt),
        caption: await text(pair.conditionCaption),
      };
      const pictures: RgbPicture[] = [pair.shown, pair.control, pair.target];
      const samples: SampleRow[] = [];
      for (const { row, adapter: adapterShare, control } of combinations) {
        const [sampled] = await samplePictures(models, [{ ...pair, instruction, noise }], adapter, {
          instructed: true,
          adapterScale: adapterShare * request.adapterScale,
          controlnet: { model: controlnet, scale: control },
          steps: request.samplerSteps,
          guidance,
          device,
        });
        if (sampled === undefined) throw new RangeError(`Combining ${task} needs a picture, got none`);
        const { picture } = sampled;
        pictures.push(picture);
        samples.push({
          row,
          task,
          index: pair.index,
          seed,
          instruction,
          prompt: pair.prompt,
          scores: {
            ...embeddingScores(taskOf(task).scores, { generated: await embedded(picture), ...given }),
            ...(controlnetOf(name).readsEdges
              ? { [CONTROL_SCORE]: edgeF1(reduced(picture), reduced(pair.target)) }
              : {}),
          },
        });
        if (samples.length < combinations.length) progress(samples.length);
      }
      return { found: samples, pictures };
    },
  );
  context.write("samples.json", JSON.stringify(perItem.flat()));
}
