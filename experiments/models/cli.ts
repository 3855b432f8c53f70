/**
 * `deno task models`: which files each scale needs, where they are, whether they are right. Exit code 1 when one is wrong, or a needed one of the
 * named scale is missing; 2 for a wrong question.
 */
import process from "node:process";
import { UserError } from "../../lib/engine/errors.ts";
import { downloadHubFile, type HubFile } from "../../lib/hub/mod.ts";
import { oneOf, readOptions, runCommand } from "../setting/command_line.ts";
import { SCALE_IDS } from "../setting/scales.ts";
import { openBars } from "../runner/progress_bar.ts";
import { locate, type Places, placesOf } from "../paper/locate_file.ts";
import { PAPER_FILES } from "../paper/paper_files.ts";
import { type FileReport, inspectMiniFiles, inspectPaperFile } from "./inspect.ts";

const SCALES = [...SCALE_IDS, "all"] as const;

const USAGE = `deno task models [--scale mini|paper|all] [--models DIR] [--quick] [--download] [--json]

Lists the files of weights that each scale needs: size, licence, place on this machine, and whether they verify.
  --scale NAME   mini, paper or all (default all)
  --models DIR   look into this local folder first (diffusers' layout: unet/, vae/, text_encoder/, tokenizer/, image_encoder/, adapters beside them)
  --quick        check names and shapes only, not the content's hash
  --download     fetch what generate and reproduce need and is missing, into the hub's shared cache (HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN)
  --json         print one JSON array

Example: deno task models --scale paper --models ~/sd15`;

const size = (bytes: number): string =>
  bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
    ? `${Math.round(bytes / 1e6)} MB`
    : `${(bytes / 1e9).toFixed(2)} GB`;

/** What needs a file, where that is not every command. */
function useText(neededBy: FileReport["neededBy"]): string {
  if (neededBy.length === 0) return " (optional)";
  const [only, more] = neededBy;
  return more === undefined ? ` (${only} only)` : "";
}

/** The reports as text for people: three lines a file. */
export function modelsText(reports: readonly FileReport[]): string {
  const lines: string[] = [];
  for (const scale of SCALE_IDS) {
    const own = reports.filter((report) => report.scale === scale);
    if (own.length === 0) continue;
    const missing = own.filter(({ neededBy, state }) => neededBy.length > 0 && state === "missing");
    const total = missing.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
    lines.push(
      `${scale} scale: ${own.length} files, ${missing.length} of the needed missing${
        total > 0 ? ` (about ${size(total)})` : ""
      }`,
    );
    for (const { part, neededBy, source, licence, bytes, found, state, problem } of own) {
      const big = bytes === undefined ? "small" : `${found ? "" : "about "}${size(bytes)}`;
      lines.push(`  ${state.padEnd(8)} ${part}${useText(neededBy)}, ${big}`);
      lines.push(`           ${found ?? source}`);
      lines.push(`           licence: ${licence}`);
      if (problem !== undefined) lines.push(`           ${problem}`);
    }
  }
  return lines.join("\n");
}

/** Fetches one file with a bar on the error stream. */
async function fetchWithBar(file: HubFile, places: Places): Promise<void> {
  const bars = process.stderr.isTTY ? openBars() : undefined;
  try {
    for await (const { received, total } of downloadHubFile(file, { settings: places.settings })) {
      bars?.update(file.path, { done: received, total, unit: "bytes", rate: "?", left: "?" });
    }
  } finally {
    bars?.stop();
  }
}

/** Fetches the needed files that are missing, and their cards. */
async function fetchMissing(places: Places): Promise<void> {
  for (
    const file of PAPER_FILES.filter((each) => each.neededBy.length > 0 && locate(each, places) === undefined)
  ) {
    await fetchWithBar(file, places);
    await fetchWithBar({ repo: file.repo, path: "README.md" }, places).catch((error) => {
      // A repository without a card states no licence.
      if (!(error instanceof UserError)) throw error;
    });
  }
}

async function main(args: readonly string[]): Promise<number> {
  const { flags, values, positionals } = readOptions(args, {
    scale: "value",
    models: "value",
    quick: "flag",
    download: "flag",
    json: "flag",
    help: "flag",
  });
  if (flags.has("help")) {
    console.log(USAGE);
    return 0;
  }
  if (positionals.length > 0) {
    throw new UserError(`deno task models takes options only, got "${positionals[0]}"`);
  }
  const scale = oneOf("--scale", values.get("scale") ?? "all", SCALES);
  const places = placesOf(values.get("models"));
  if (flags.has("download") && scale !== "mini") await fetchMissing(places);
  const reports = scale === "paper" ? [] : await inspectMiniFiles();
  if (scale !== "mini") {
    for (const file of PAPER_FILES) {
      reports.push(await inspectPaperFile(file, places, { hashes: !flags.has("quick") }));
    }
  }
  console.log(flags.has("json") ? JSON.stringify(reports, null, 2) : modelsText(reports));
  const missing = reports.some(({ neededBy, state }) => neededBy.length > 0 && state === "missing");
  return reports.some(({ state }) => state === "wrong") || (missing && scale !== "all") ? 1 : 0;
}

if (import.meta.main) await runCommand(() => main(Deno.args));
