/** `deno task generate`: from arguments to files. */
import { access, constants } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { basename, join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import { atomicWrite, makeFolder, writeFailure } from "../../lib/hub/mod.ts";
import { imageGridPng } from "../../lib/plots/mod.ts";
import { FITS } from "../../lib/raster/mod.ts";
import { oneOf, type OptionKind, readOptions } from "../command_line.ts";
import { duration } from "../runner/progress_display.ts";
import { type GeneratedPicture, generatePictures } from "./generate.ts";
import { GENERATE_HELP } from "./help.ts";
import { type GenerateRequest, type PreparedGeneration, prepareGeneration } from "./prepare.ts";
import { type CommandIo, showSteps } from "./progress.ts";
import { compareWithRecord, prepareRepeat } from "./repeat.ts";
import { type NumberName, NUMBERS, numberSetting, optionName, SAMPLER_NAMES } from "./settings.ts";
import { generationSheet, pictureName } from "./sheet.ts";
import { readBytes } from "./weight_file.ts";

const OPTIONS = {
  "image": "value",
  "instruct": "text",
  "prompt": "text",
  "negative": "text",
  "adapter-scale": "value",
  "guidance": "value",
  "steps": "value",
  "sampler": "value",
  "seed": "value",
  "count": "value",
  "fit": "value",
  "checkpoint": "value",
  "no-adapter": "flag",
  "lora": "value",
  "lora-scale": "value",
  "controlnet": "value",
  "control": "value",
  "control-scale": "value",
  "repeat": "value",
  "json": "flag",
  "out": "value",
  "help": "flag",
} as const satisfies Record<string, OptionKind>;

type OptionName = keyof typeof OPTIONS;

/** Options that go with --repeat; the rest is in the picture. */
const WITH_REPEAT: readonly OptionName[] = ["repeat", "out", "json", "checkpoint", "lora", "controlnet"];

/** What the arguments ask for. */
type Command =
  | { readonly kind: "help" }
  | {
    readonly kind: "repeat";
    readonly file: string;
    readonly files: RepeatFiles;
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

/** Files in place of those that a record names. */
type RepeatFiles = { readonly adapter?: string; readonly lora?: string; readonly controlnet?: string };

/** Reads the arguments and the pictures they name. @throws UserError in one sentence. */
async function readCommand(args: readonly string[]): Promise<Command> {
  const { flags, values, positionals } = readOptions(args, OPTIONS);
  if (flags.has("help")) return { kind: "help" };
  if (positionals.length > 0) {
    throw new UserError(
      `Reading the command line failed: expected options only, got "${
        positionals[0]
      }"; texts of several words need quotation marks`,
    );
  }
  const out = values.get("out");
  if (out === undefined) throw new UserError("--out expects a folder for the pictures, got none");
  const json = flags.has("json");
  const file = (name: OptionName, as: string) => values.has(name) ? { [as]: values.get(name) as string } : {};
  const repeat = values.get("repeat");
  if (repeat !== undefined) {
    const other = [...values.keys(), ...flags].find((name) => !WITH_REPEAT.includes(name));
    if (other) throw new UserError(`--repeat takes everything from the picture; leave --${other} out`);
    const files = {
      ...file("checkpoint", "adapter"),
      ...file("lora", "lora"),
      ...file("controlnet", "controlnet"),
    };
    return { kind: "repeat", file: repeat, files, out, json };
  }
  if (flags.has("no-adapter") && values.has("checkpoint")) {
    throw new UserError("--no-adapter and --checkpoint exclude each other; give one of them");
  }
  const numbers = Object.fromEntries(
    (Object.keys(NUMBERS) as NumberName[]).flatMap((name) => {
      const text = values.get(optionName(name).slice(2) as OptionName);
      if (text === undefined) return [];
      return [[name, numberSetting(name, /^-?\d*\.?\d+$/.test(text) ? Number(text) : text)]];
    }),
  ) as Partial<Record<NumberName, number>>;
  const { count = NUMBERS.count.initial, ...settings } = numbers;
  const picture = async (name: "image" | "control") => {
    const path = values.get(name);
    return path === undefined ? {} : { [name]: await readBytes(path, "the picture") };
  };
  const fit = values.get("fit"), sampler = values.get("sampler");
  const request: GenerateRequest = {
    ...settings,
    ...(values.has("instruct") ? { instruction: values.get("instruct") as string } : {}),
    ...file("prompt", "prompt"),
    ...file("negative", "negative"),
    ...(sampler === undefined ? {} : { sampler: oneOf("--sampler", sampler, SAMPLER_NAMES) }),
    ...(fit === undefined ? {} : { fit: oneOf("--fit", fit, FITS) }),
    ...(flags.has("no-adapter") ? { adapter: null } : file("checkpoint", "adapter")),
    ...file("lora", "lora"),
    ...file("controlnet", "controlnet"),
    ...await picture("image"),
    ...await picture("control"),
    names: { ...file("image", "image"), ...file("control", "control") },
  };
  return { kind: "draw", request, count, out, json };
}

/** Makes the folder and finds out whether it can be written, before anything is drawn. */
async function checkFolder(path: string): Promise<void> {
  await makeFolder(path);
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    throw writeFailure(error, path);
  }
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
  const files = pictures.map(({ index }) => join(out, `${pictureName(index)}.png`));
  const grid = command.kind === "draw" ? join(out, "grid.png") : undefined;
  const { image, control } = prepared;
  if (grid) {
    const sheet = generationSheet({ pictures, ...(image ? { image } : {}), ...(control ? { control } : {}) });
    await atomicWrite(grid, await imageGridPng(sheet, { zoom: 2 }));
  }
  const seconds = (performance.now() - began) / 1000;
  const verdict = command.kind === "repeat"
    ? compareWithRecord(pictures[0]!, stored!.picture, basename(command.file))
    : undefined;
  if (json) {
    const { record: { settings, weights, versions }, notes, unknownWords } = prepared;
    const report = {
      files,
      ...(grid ? { grid } : {}),
      ...(verdict ? { identical: verdict.identical } : {}),
      settings,
      weights,
      versions,
      unknownWords,
      notes: [...notes, ...(stored?.differences ?? [])],
      seconds,
    };
    return io.out(`${JSON.stringify(report, null, 2)}\n`);
  }
  const number = files.length === 1 ? "1 picture" : `${files.length} pictures`;
  io.out(
    `${number} in ${duration(seconds)}: ${files[0]}${
      files.length > 1 ? ` to ${basename(files.at(-1)!)}` : ""
    }\n`,
  );
  if (grid) io.out(`sheet: ${grid}\n`);
  if (verdict) io.out(`${verdict.text}\n`);
}
