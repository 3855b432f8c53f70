/** Opens the explorer's studio with the mini models of this machine: the joint adapter, IPAdapter+ beside it, the judge's scores. */
import type { ProjectionConfig } from "../../../lib/adapter/mod.ts";
import type { HostParams } from "../../../lib/engine/mod.ts";
import type { OpenPipeline } from "../../../lib/pipeline/mod.ts";
import type { GalleryItem, Studio } from "../../../lib/explorer/mod.ts";
import { composePair, TASKS } from "../../../lib/tasks/mod.ts";
import type { Device } from "../../setting/experiment.ts";
import { type Adapter, readAdapterFile } from "../../mini/adapter_file.ts";
import { once } from "../../adapters/once.ts";
import { startParams } from "../../mini/frozen.ts";
import { decodeLatents, sharedGenerator } from "../../mini/pipeline_models.ts";
import {
  sharedBank,
  sharedBase,
  sharedEmbedder,
  sharedImageEncoder,
  sharedPlus,
} from "../../mini/shared_models.ts";
import { createStudio, sizedPicture } from "./picture_studio.ts";

/** Pictures per run of the denoiser. */
const BATCH = 4;
/** Gallery items of each task. */
const SHOWN = 4;

/** What the page says of the mini models. */
const MINI_NOTE = "Mini scale: small models on 64×64 pictures composed from emoji and portraits.";

/** How the studio is opened. */
export interface MiniStudioOptions {
  /** The adapter's file; absent: the committed joint one. */
  readonly checkpoint?: string;
  /** Mean scores by task, shown beside a picture's own. */
  readonly typical?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly device?: Device;
}

async function pipelineOf(
  projection: ProjectionConfig,
  adapter: HostParams,
  device: Device,
): Promise<OpenPipeline> {
  return {
    generator: await sharedGenerator(projection, adapter, { batch: BATCH, device }),
    adapter,
    decode: (latents) => decodeLatents(latents, device),
  };
}

/** The mini IPAdapter+ with its parameters as a generator takes them. */
export async function plusAdapter(): Promise<{ projection: ProjectionConfig; params: HostParams }> {
  const plus = await sharedPlus();
  return { projection: plus.projection.config, params: startParams(plus) };
}

/**
 * Opens the studio; the adapter is read at once, models and artwork when first needed.
 *
 * @throws UserError in one sentence when the checkpoint is missing, damaged or made for other models.
 */
export async function openMiniStudio(options: MiniStudioOptions = {}): Promise<Studio> {
  const { device = "cpu", typical } = options;
  const base = await sharedBase();
  const joint: Adapter = await readAdapterFile(options.checkpoint, base.unet.config);
  return createStudio({
    about: {
      adapter: joint.file ?? "the committed joint adapter",
      note: MINI_NOTE,
      batch: BATCH,
      ...(typical ? { typical } : {}),
    },
    tokenizer: () => Promise.resolve(base.tokenizer),
    pipelines: {
      instruct: once(() => pipelineOf(joint.projection, joint.params, device)),
      plus: once(async () => {
        const { projection, params } = await plusAdapter();
        return await pipelineOf(projection, params, device);
      }),
    },
    gallery: once(async () => {
      const bank = await sharedBank();
      return TASKS.flatMap((task) =>
        Array.from({ length: SHOWN }, (_, index): GalleryItem => {
          const { condition, target, prompt, conditionCaption } = composePair(bank, {
            task,
            split: "val",
            index,
          });
          return {
            id: `${task}-${index}`,
            task,
            prompt,
            caption: conditionCaption,
            condition: sizedPicture(condition),
            target: sizedPicture(target),
          };
        })
      );
    }),
    encoder: () => sharedImageEncoder("encoder", device),
    judge: () => sharedImageEncoder("judge", device),
    embedder: () => sharedEmbedder(device),
  });
}
