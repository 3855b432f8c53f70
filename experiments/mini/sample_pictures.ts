/** Pictures of an adapter at the mini scale: what the stages that sample adapters share. */
import type { CaptionTokenizer } from "../../lib/clip/mod.ts";
import type { GenerationItem } from "../../lib/pipeline/mod.ts";
import type { RgbPicture } from "../../lib/raster/mod.ts";
import { type Rgb, type TaskId, TASKS } from "../../lib/tasks/mod.ts";
import type { TrainedAdapter } from "../adapters/trained_adapter.ts";
import type { Device } from "../setting/experiment.ts";
import type { InstructForm } from "../setting/instruct_form.ts";
import { FORM_SIZES, instructionRows, instructionSize, padded } from "./instruct_forms.ts";
import { MINI_RESAMPLER } from "./models.ts";
import { decodeLatents, sharedGenerator } from "./pipeline_models.ts";
import type { ImageFeatures, ImageProgram } from "./programs.ts";
import { sharedBase, sharedImageEncoder } from "./shared_models.ts";

/** Most pictures of a run of the denoiser. */
const LARGEST_BATCH = 16;

/** Pictures of a run of the denoiser for so many in all: the smallest power of two that holds them, up to 16. */
export const batchFor = (pictures: number): number =>
  Math.min(LARGEST_BATCH, 2 ** Math.ceil(Math.log2(Math.max(1, pictures))));

/** An instruction, and whose it is. */
export interface Wording {
  readonly task: TaskId;
  readonly text: string;
}

/** What a picture is sampled from. */
export interface SampledItem {
  readonly prompt: string;
  /** RGB bytes [64 64 3]. */
  readonly condition: Rgb;
  /** Absent for an adapter that takes none. */
  readonly instruction?: Wording;
  /** [4 16 16], flat. */
  readonly noise: Float32Array;
}

/** What reads items for a generator. */
export interface ItemReader {
  readonly tokenizer: CaptionTokenizer;
  readonly encoder: Pick<ImageProgram<ImageFeatures>, "run">;
  /** Rows of instructions, as long as the adapter takes them. */
  readonly instructions: (wordings: readonly Wording[]) => Promise<readonly Float32Array[]>;
}

/** Reads items with the shared encoders, instructions in a form. */
export async function sharedItemReader(form: InstructForm, device: Device): Promise<ItemReader> {
  const size = instructionSize(FORM_SIZES[form]);
  return {
    tokenizer: (await sharedBase()).tokenizer,
    encoder: await sharedImageEncoder("encoder", device),
    async instructions(wordings) {
      const rows = new Map<Wording, Float32Array>();
      for (const task of TASKS) {
        const own = wordings.filter((wording) => wording.task === task);
        if (own.length === 0) continue;
        const found = await instructionRows(form, own.map(({ text }) => text), { task, device });
        own.forEach((wording, i) => rows.set(wording, padded(found[i]!, size)));
      }
      return wordings.map((wording) => rows.get(wording)!);
    },
  };
}

/** What a generator is given of items; a condition is encoded once, and so is an instruction. */
export async function generationItems(
  items: readonly SampledItem[],
  { tokenizer, encoder, instructions }: ItemReader,
): Promise<GenerationItem[]> {
  const conditions = [...new Set(items.map(({ condition }) => condition))];
  const features = await encoder.run(conditions);
  const tokens = new Map(conditions.map((condition, i) => [condition, features[i]!.tokens]));
  const nameOf = ({ task, text }: Wording) => JSON.stringify([task, text]);
  const wordings = new Map(
    items.flatMap(({ instruction }) => instruction ? [[nameOf(instruction), instruction] as const] : []),
  );
  const rows = wordings.size > 0 ? await instructions([...wordings.values()]) : [];
  const rowOf = new Map([...wordings.keys()].map((name, i) => [name, rows[i]!]));
  return items.map(({ prompt, condition, instruction, noise }) => ({
    ids: tokenizer.encode([prompt]),
    image: tokens.get(condition)!,
    ...(instruction ? { instruction: rowOf.get(nameOf(instruction))! } : {}),
    noise,
  }));
}

/** How pictures are sampled. */
export interface SamplingSetting {
  /** How the adapter reads its instruction; absent for IPAdapter+, which takes none. */
  readonly form?: InstructForm | undefined;
  /** λ of the image attention; 1 if absent. */
  readonly adapterScale?: number;
  readonly steps: number;
  readonly guidance: number;
  readonly device: Device;
  /** Pictures of a run of the denoiser; {@link batchFor} their count if absent. */
  readonly batch?: number;
  readonly progress?: ((done: number, total: number) => void) | undefined;
}

/** A picture, and the latents that it was decoded from. */
export interface SampledPicture {
  readonly picture: RgbPicture;
  /** Scaled latents [4 16 16], flat. */
  readonly latents: Float32Array;
}

/** A picture per item. */
export async function samplePictures(
  items: readonly SampledItem[],
  { adapter, replacesText }: TrainedAdapter,
  setting: SamplingSetting,
): Promise<SampledPicture[]> {
  const { form, adapterScale = 1, steps, guidance, device, batch = batchFor(items.length), progress } =
    setting;
  const given = await generationItems(items, await sharedItemReader(form ?? "pooled", device));
  const { projection, words } = form ? FORM_SIZES[form] : { projection: MINI_RESAMPLER };
  const generator = await sharedGenerator(projection, adapter, { batch, device, words, replacesText });
  const all = await generator.generate(given, {
    ...{ adapter, adapterScale, steps, guidance },
    ...(progress ? { progress } : {}),
  });
  const pictures = await decodeLatents(all, device);
  return all.map((latents, i) => ({ picture: pictures[i]!, latents }));
}
