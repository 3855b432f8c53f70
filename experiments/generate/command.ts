/** `deno task generate`: from arguments to files. */
import { performance } from "node:perf_hooks";
import { basename, join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { atomicWrite } from "../../lib/hub/mod.ts";
import { type OptionKind, readOptions } from "../command_line.ts";
import {
  checkFolder,
  drawingRequest,
  given,
  givenPicture,
  outFolder,
  repeatFiles,
} from "./drawing_request.ts";
import { type GeneratedPicture, generatePictures } from "./generate.ts";
import { GENERATE_HELP } from "./help.ts";
import { type GenerateRequest, type PreparedGeneration, prepareGeneration } from "./prepare.ts";
import { type CommandIo, showSteps } from "./progress.ts";
import { compareWithRecord, prepareRepeat } from "./repeat.ts";
import { reportGeneration } from "./report.ts";
import { DRAWING_OPTIONS } from "./settings.ts";
import { pictureName } from "./sheet.ts";
import { readBytes } from "./weight_file.ts";

const OPTIONS = {
  ...DRAWING_OPTIONS,
  "no-adapter": "flag",
  "control-from": "value",
} as const satisfies Record<string, OptionKind>;

/** What the arguments ask for. */
type Command =
  | { readonly kind: "help" }
  | {
    readonly kind: "repeat";
    readonly file: string;
    readonly files: ReturnType<typeof repeatFiles>;
    readonly out: string;
    readonly json: boolean;
  }
  | {
    readonly kind: "draw";
    readonly request: GenerateRequest;
    readonly count: number;
    readonly out: string;
    readonly json: boolean;
  };

/** Reads the arguments and the pictures they name. @throws UserError in one sentence. */
async function readCommand(args: readonly string[]): Promise<Command> {
  const options = readOptions(args, OPTIONS);
  const { flags, values } = options;
  if (flags.has("help")) return { kind: "help" };
  const out = outFolder(options), json = flags.has("json");
  const repeat = values.get("repeat");
  if (repeat !== undefined) return { kind: "repeat", file: repeat, files: repeatFiles(options), out, json };
  if (flags.has("no-adapter") && values.has("checkpoint")) {
    throw new UserError("--no-adapter and --checkpoint exclude each other; give one of them");
  }
  const { request: common, count } = await drawingRequest(values);
  const request: GenerateRequest = {
    ...common,
    ...(flags.has("no-adapter") ? { adapter: null } : given(values, "checkpoint", "adapter")),
    ...await givenPicture(values, "control-from", "controlFrom"),
    names: { ...common.names, ...given(values, "control-from", "control") },
  };
  return { kind: "draw", request, count, out, json };
}

async function drawInto(
  out: string,
  prepared: PreparedGeneration,
  { indices, io }: { indices: readonly number[]; io: CommandIo },
): Promise<GeneratedPicture[]> {
  await checkFolder(out);
  const pictures: GeneratedPicture[] = [];
  const steps = showSteps(io);
  try {
    for await (
      const event of generatePictures(prepared, { indices, ...(io.signal ? { signal: io.signal } : {}) })
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
 * Runs the command: pictures and a sheet of them in a folder, what was done on `io`.
 *
 * @throws UserError in one sentence when the arguments or what they name are wrong.
 */
export async function runGenerate(args: readonly string[], io: CommandIo): Promise<void> {
  const command = await readCommand(args);
  if (command.kind === "help") return io.out(`${GENERATE_HELP}\n`);
  const { out, json } = command;
  const began = performance.now();
  const stored = command.kind === "repeat"
    ? await prepareRepeat(await readBytes(command.file, "the picture"), command.file, command.files)
    : undefined;
  const prepared = command.kind === "repeat" ? stored!.prepared : await prepareGeneration(command.request);
  for (const note of [...prepared.notes, ...(stored?.differences ?? [])]) io.err(note);
  const indices = command.kind === "repeat"
    ? [stored!.index]
    : Array.from({ length: command.count }, (_, index) => index);
  const pictures = await drawInto(out, prepared, { indices, io });
  const verdict = command.kind === "repeat"
    ? compareWithRecord(pictures[0]!, stored!.picture, basename(command.file))
    : undefined;
  const { image, control, record, unknownWords, notes } = prepared;
  await reportGeneration({
    ...{ out, json, pictures, record, unknownWords, zoom: 2 },
    notes: [...notes, ...(stored?.differences ?? [])],
    ...(image ? { image } : {}),
    ...(control ? { control } : {}),
    ...(verdict ? { verdict } : {}),
    seconds: (performance.now() - began) / 1000,
  }, io);
}
