/** `deno task generate --scale paper`: pictures with published weights, from arguments to files. */
import { basename, join } from "node:path";
import { performance } from "node:perf_hooks";
import { UserError } from "../../lib/engine/mod.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { type OptionKind, readOptions } from "../command_line.ts";
import {
  checkFolder,
  drawingRequest,
  given,
  numbersGiven,
  type OptionValues,
  outFolder,
  repeatFiles,
} from "../generate/drawing_request.ts";
import { type CommandIo, showSteps } from "../generate/progress.ts";
import { compareWithRecord } from "../generate/repeat.ts";
import { reportGeneration } from "../generate/report.ts";
import { CHAIN_NUMBERS, type ChainNumberName, DRAWING_OPTIONS } from "../generate/settings.ts";
import { pictureName } from "../generate/sheet.ts";
import { readBytes } from "../generate/weight_file.ts";
import { generatePaperPictures, type PaperPicture, type PreparedPaper, preparePaper } from "./generate.ts";
import { preparePaperRepeat } from "./repeat.ts";
import type { MakeProgram } from "./run_once.ts";

const OPTIONS = {
  ...DRAWING_OPTIONS,
  "size": "value",
  "models": "value",
  "instruct-guidance": "value",
  "image-guidance": "value",
} as const satisfies Record<string, OptionKind>;

/** What `--scale paper --help` prints. */
export const PAPER_HELP =
  `deno task generate --scale paper --image FILE --prompt TEXT [--instruct TEXT] --out DIR [--models DIR]
deno task generate --scale paper --repeat DIR/000.png --out DIR2 [--models DIR]

Draws pictures with Stable Diffusion 1.5 and IPAdapter-Instruct as released; without --instruct, with IPAdapter+.
  --models DIR        a local folder in the diffusers layout; else the hub's cache (deno task models lists and fetches the files);
                      its scheduler/scheduler_config.json says the noise schedule, if it is there
  --checkpoint FILE   another adapter, .safetensors or .bin: IP-Adapter, IPAdapter+, IPAdapter-Instruct as released, or as in the
                      paper (its instructions are read by instruction_encoder/, CLIP ViT-H/14's text tower)
  --size WxH          512x512; sides divisible by 8
  --fit crop|pad      how an image that is not square is fitted to the encoder, and --control to the size
  --lora FILE         a LoRA in kohya's or peft's names; --lora-scale N
  --controlnet NAME   scribble, pose, or a file; --control FILE is what it is shown; --control-scale N
  --instruct-guidance N   the authors' guidance in place of the ordinary one, for IPAdapter-Instruct as released: four predictions a
                      step, scaled by --image-guidance (default 1), --guidance and N; they take 1, 6 and 6, for style, colour and face
                      the ordinary one. Equal scales are ordinary guidance; a step takes twice as long
  --repeat FILE       makes one picture again from what its file says of itself; --models, --checkpoint, --lora and
                      --controlnet say where the weights are now
  --negative, --adapter-scale, --guidance, --steps, --sampler, --seed, --count, --json   as at the mini scale
  --out DIR           000.png … and grid.png go here; files of these names are replaced
`;

function sizeOf(values: OptionValues): { width?: number; height?: number } {
  const text = values.get("size");
  if (text === undefined) return {};
  const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new UserError(`--size expects WxH such as 512x768, got "${text}"`);
  }
  return { width: Number(width), height: Number(height) };
}

async function drawInto(
  out: string,
  prepared: PreparedPaper,
  options: { indices: readonly number[]; io: CommandIo; make?: MakeProgram },
): Promise<PaperPicture[]> {
  const { io, ...rest } = options;
  const pictures: PaperPicture[] = [];
  const steps = showSteps(io);
  try {
    const drawn = generatePaperPictures(prepared, {
      ...rest,
      progress: steps.show,
      ...(io.signal ? { signal: io.signal } : {}),
    });
    for await (const picture of drawn) {
      await atomicWrite(join(out, `${pictureName(picture.index)}.png`), picture.png);
      pictures.push(picture);
    }
  } finally {
    steps.close();
  }
  return pictures;
}

/**
 * Runs the command: pictures and a sheet of them in a folder, what was done on `io`. Each PNG holds what makes it again.
 *
 * @throws UserError in one sentence when the arguments or what they name are wrong.
 */
export async function runPaperGenerate(
  args: readonly string[],
  io: CommandIo,
  options: { make?: MakeProgram } = {},
): Promise<void> {
  const asked = readOptions(args, OPTIONS);
  const { flags, values } = asked;
  if (flags.has("help")) return io.out(PAPER_HELP);
  const out = outFolder(asked), json = flags.has("json");
  const began = performance.now();
  const repeat = values.get("repeat"), models = given(values, "models", "models");
  const stored = repeat === undefined
    ? undefined
    : await preparePaperRepeat(await readBytes(repeat, "the picture"), repeat, {
      ...repeatFiles(asked, ["models"]),
      ...models,
    });
  const drawing = stored ? undefined : await drawingRequest(values);
  const prepared = stored?.prepared ??
    await preparePaper({
      ...drawing!.request,
      ...models,
      ...given(values, "checkpoint", "adapter"),
      ...sizeOf(values),
      ...numbersGiven(values, Object.keys(CHAIN_NUMBERS) as ChainNumberName[]),
    });
  const notes = [...prepared.notes, ...(stored?.differences ?? [])];
  for (const note of notes) io.err(note);
  await checkFolder(out);
  const indices = stored ? [stored.index] : Array.from({ length: drawing!.count }, (_, index) => index);
  const pictures = await drawInto(out, prepared, { indices, io, ...options });
  const { image, control, record } = prepared;
  await reportGeneration({
    ...{ out, json, pictures, record, image, notes, zoom: 1 },
    ...(control ? { control } : {}),
    ...(stored ? { verdict: compareWithRecord(pictures[0]!, stored.picture, basename(repeat!)) } : {}),
    seconds: (performance.now() - began) / 1000,
  }, io);
}
