/** `deno task generate`: from arguments to files, at either scale. */
import { performance } from "node:perf_hooks";
import { basename, join } from "node:path";
import type { MakeProgram } from "../../lib/pipeline/mod.ts";
import { atomicWrite, checkWritable } from "../../lib/hub/mod.ts";
import { readOptions } from "../setting/command_line.ts";
import { type GeneratedPicture, generatePictures } from "../pictures/generate_pictures.ts";
import type { PictureScale } from "../pictures/picture_scale.ts";
import type { PictureRecord, PictureRequest, Prepared } from "../pictures/prepared.ts";
import { compareWithRecord, prepareRepeat } from "../pictures/repeat.ts";
import { PICTURE_OPTIONS } from "../pictures/settings.ts";
import { readBytes } from "../pictures/weight_file.ts";
import { askedRequest, outFolder, repeatFiles } from "./asked_request.ts";
import { type CommandIo, showSteps } from "./progress.ts";
import { reportGeneration } from "./report.ts";
import { pictureName } from "./sheet.ts";

async function sampleInto<Made extends PictureRecord>(
  out: string,
  prepared: Prepared<Made>,
  options: { indices: readonly number[]; io: CommandIo; make?: MakeProgram },
): Promise<GeneratedPicture<Made>[]> {
  const { io, ...rest } = options;
  await checkWritable(out);
  const pictures: GeneratedPicture<Made>[] = [];
  const steps = showSteps(io);
  try {
    for await (
      const event of generatePictures(prepared, { ...rest, ...(io.signal ? { signal: io.signal } : {}) })
    ) {
      if (event.kind === "step") steps.show(event.done, event.total);
      else {
        await atomicWrite(join(out, `${pictureName(event.picture.index)}.png`), event.picture.png);
        pictures.push(event.picture);
      }
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
export async function runGenerate<Request extends PictureRequest, Made extends PictureRecord>(
  scale: PictureScale<Request, Made>,
  args: readonly string[],
  io: CommandIo,
  options: { make?: MakeProgram } = {},
): Promise<void> {
  const given = readOptions(args, { ...PICTURE_OPTIONS, ...scale.options });
  const { flags, values } = given;
  if (flags.has("help")) return io.out(scale.help);
  const out = outFolder(given), json = flags.has("json"), file = values.get("repeat");
  const began = performance.now();
  const files = file === undefined ? undefined : repeatFiles(given, scale.repeatOptions);
  const asked = await scale.asked(given);
  const stored = file === undefined
    ? undefined
    : await prepareRepeat(scale, await readBytes(file, "the picture"), { name: file, files: files!, asked });
  const fresh = stored ? undefined : await askedRequest(values);
  const prepared = stored?.prepared ??
    await scale.prepare({ ...fresh!.request, ...asked } as unknown as Request);
  const notes = [...prepared.notes, ...(stored?.differences ?? [])];
  for (const note of notes) io.err(note);
  const indices = stored ? [stored.index] : Array.from({ length: fresh!.count }, (_, index) => index);
  const pictures = await sampleInto(out, prepared, { indices, io, ...options });
  const { image, control, record, unknownWords } = prepared;
  await reportGeneration({
    ...{ out, json, pictures, record, zoom: scale.zoom, notes },
    ...(unknownWords ? { unknownWords } : {}),
    ...(image ? { image } : {}),
    ...(control ? { control } : {}),
    ...(stored ? { verdict: compareWithRecord(pictures[0]!, stored.picture, basename(file!)) } : {}),
    seconds: (performance.now() - began) / 1000,
  }, io);
}
