/** From a request to everything that sampling needs at the paper's scale: published weights, found and checked before one is read. */
import { centreCrop, resizeShortestSide } from "../../lib/clip/mod.ts";
import { type HostParams, UserError } from "../../lib/engine/mod.ts";
import { openWeightFile } from "../../lib/hub/mod.ts";
import { withLora } from "../../lib/pipeline/mod.ts";
import { placesOf } from "./locate_file.ts";
import { type PictureRequest, type Prepared, readShown, recordedImage } from "../pictures/prepared.ts";
import { currentVersions } from "../pictures/record.ts";
import { checkSteps } from "../pictures/settings.ts";
import { checkChain, checkInstruction } from "./adapter_checks.ts";
import { loadPaperModels } from "./paper_models.ts";
import { checkPaperSettings, type PaperRecord, recordedWeights } from "./paper_record.ts";
import { checkSize, openPaper, type PaperSettings } from "./pipeline_models.ts";

/** What to sample, and with what. Absent settings have the defaults of `NUMBERS`; the size is 512×512. A condition is brought to a square, a control picture to the size. */
export interface PaperRequest extends PictureRequest, Partial<PaperSettings> {
  /** A local folder in diffusers' layout, looked through before the hub's cache. */
  readonly models?: string;
  /** File of an adapter; absent: the released IPAdapter-Instruct, without an instruction IPAdapter+. */
  readonly adapter?: string;
  /** A LoRA in kohya's or peft's names. */
  readonly lora?: string;
  /** The name of a published one in `CONTROLNETS`, or a file. */
  readonly controlnet?: string;
}

/** A file's tensors, in memory, and its header. */
async function readWhole(
  path: string,
): Promise<{ tensors: HostParams; metadata: Readonly<Record<string, string>> }> {
  const file = await openWeightFile(path);
  try {
    const tensors = Object.fromEntries(Object.keys(file.tensors).map((name) => [name, file.read(name)]));
    return { tensors, metadata: file.metadata };
  } finally {
    file.close();
  }
}

/**
 * Reads and checks everything that a request names; no weight is read but for its file's hash.
 *
 * @throws UserError in one sentence: a setting out of range, a missing or unfitting file, a picture of other sides.
 */
export async function preparePaper(request: PaperRequest): Promise<Prepared<PaperRecord>> {
  const settings = checkPaperSettings(request as Readonly<Record<string, unknown>>);
  const { adapter, controlnet, lora } = request;
  const fail = (why: string): never => {
    throw new UserError(`Generating failed: ${why}`);
  };
  if ((controlnet === undefined) !== (request.control === undefined)) {
    fail("--controlnet and --control go together, got only one of them");
  }
  const shown = await readShown(request, { image: "square", control: settings });
  const image = shown.image ?? fail("expected a condition image (--image), got none");
  const { control } = shown;
  const plain = await loadPaperModels(placesOf(request.models), {
    kind: settings.instruction === undefined ? "plus" : "instruct",
    ...(adapter === undefined ? {} : { adapter }),
    ...(controlnet === undefined ? {} : { controlnet }),
  });
  checkInstruction(plain.adapter.config, settings.instruction);
  checkChain(plain.adapter.config, settings);
  checkSize(plain, settings);
  await checkSteps(plain.schedule, settings);
  const models = lora === undefined
    ? plain
    : withLora(plain, await readWhole(lora), { path: lora, scale: settings.loraScale });
  const { size, crop_size } = models.processor;
  const seen = centreCrop(
    resizeShortestSide({ ...image.picture, data: image.picture.pixels }, size.shortest_edge),
    crop_size,
  );
  const view = { width: seen.width, height: seen.height, pixels: Uint8Array.from(seen.data) };
  const pictures = { image: view, ...(control ? { control: control.picture } : {}) };
  return {
    ...pictures,
    notes: [...image.notes, ...(control?.notes ?? [])],
    record: {
      schema: 1,
      scale: "paper",
      settings,
      image: recordedImage({ ...image, picture: view }),
      ...(control ? { control: recordedImage(control) } : {}),
      weights: recordedWeights(models, lora),
      versions: currentVersions(),
    },
    open: ({ make }) => openPaper(models, { ...pictures, settings }, make ? { make } : {}),
  };
}
