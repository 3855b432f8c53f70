/** `deno task share`: from arguments to files, and to the hub. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../lib/engine/mod.ts";
import {
  atomicWrite,
  type HubSettings,
  hubSettings,
  isRepository,
  type UploadProgress,
  uploadToHub,
} from "../../lib/hub/mod.ts";
import { type OptionKind, readOptions } from "../setting/command_line.ts";
import { describeAdapter } from "./described_adapter.ts";
import { scoresOf } from "./scores.ts";
import { RELEASED_FILE, sharedFiles } from "./shared_files.ts";

const OPTIONS = {
  to: "value",
  checkpoint: "value",
  models: "value",
  results: "value",
  licence: "value",
  notice: "value",
  released: "flag",
  private: "flag",
  out: "value",
  help: "flag",
} as const satisfies Record<string, OptionKind>;

/** The help text. */
export const SHARE_HELP = `deno task share --to USER/REPO [options]

Uploads an adapter to the Hugging Face hub, in one commit: adapter.safetensors, whose header names base, commit and steps, and a model card with
what it is, how to load it, its recipe, data, scores with intervals, and licence. deno task generate --checkpoint hf:USER/REPO loads it.
  --to USER/REPO     the repository; made where there is none
  --checkpoint FILE  adapter.safetensors in a training's folder of the cache, or a committed one (default: the committed joint adapter)
  --models DIR       paper scale: where the base lies, which is named by its hash
  --results DIR      where deno task reproduce wrote the scores of this training (default results)
  --licence ID       as the hub lists them (mini scale: default apache-2.0)
  --notice FILE      names the sources of the data, uploaded as NOTICE.md (mini scale: default data/NOTICE.md)
  --released         also ${RELEASED_FILE}, for the scripts of the paper's authors; refused where they cannot load it
  --private          a repository that is made is private
  --out DIR          writes the files here; without --to nothing is uploaded

The token is that of HF_TOKEN or hf auth login; HF_ENDPOINT names another hub.

Example: deno task share --to me/mini-instruct --checkpoint .cache/stages/train-instruct-seed1-0123456789abcdef/adapter.safetensors`;

/** Where the command writes. */
export interface ShareIo {
  /** Results. */
  readonly out: (line: string) => void;
  /** One line for the user. */
  readonly err: (line: string) => void;
  /** How far the upload is. */
  readonly onProgress?: (progress: UploadProgress) => void;
  readonly settings?: HubSettings;
}

async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const strange = existsSync(folder) ? readdirSync(folder).filter((name) => !files.has(name)) : [];
  if (strange.length > 0) {
    throw new UserError(
      `--out expects an empty folder or an earlier export, got ${folder} with ${strange[0]}`,
    );
  }
  for (const [name, content] of files) await atomicWrite(join(folder, name), content);
}

const megabytes = (files: ReadonlyMap<string, Uint8Array>): string =>
  ([...files.values()].reduce((sum, { length }) => sum + length, 0) / 1e6).toFixed(1);

/**
 * Runs the command.
 *
 * @throws UserError in one sentence when the arguments, the adapter or the way to the hub are wrong.
 */
export async function share(args: readonly string[], io: ShareIo): Promise<void> {
  const { flags, values, positionals } = readOptions(args, OPTIONS);
  if (flags.has("help")) return io.out(SHARE_HELP);
  const repo = values.get("to"), folder = values.get("out"), models = values.get("models");
  if (positionals.length > 0) {
    throw new UserError(`deno task share takes options only, got "${positionals[0]}"`);
  }
  if (repo === undefined && folder === undefined) {
    throw new UserError("Sharing needs --to USER/REPO, or --out DIR for the files alone, got neither");
  }
  if (repo !== undefined && !isRepository(repo)) throw new UserError(`--to expects USER/REPO, got "${repo}"`);
  const adapter = await describeAdapter(values.get("checkpoint"), models === undefined ? {} : { models });
  const licence = values.get("licence") ?? (adapter.scale === "mini" ? "apache-2.0" : undefined);
  if (licence === undefined) {
    throw new UserError("Sharing an adapter of the paper's scale needs --licence, got none");
  }
  if (!/^[a-z0-9.-]+$/.test(licence)) {
    throw new UserError(
      `--licence expects an identifier as the hub lists them, such as cc-by-nc-4.0, got "${licence}"`,
    );
  }
  const scores = scoresOf(adapter, values.get("results") ?? "results");
  io.err(
    scores
      ? `Scores: ${scores.source}`
      : "No stored Table 1 is of this training: the card has no scores (--results)",
  );
  const notice = values.get("notice");
  const files = sharedFiles(adapter, {
    ...{ repo: repo ?? "USER/REPO", licence, released: flags.has("released") },
    ...(scores ? { scores } : {}),
    ...(notice === undefined ? {} : { notice }),
  });
  if (folder !== undefined) {
    await writeFiles(folder, files);
    io.out(`${folder}: ${[...files.keys()].join(", ")}; ${megabytes(files)} MB`);
  }
  if (repo === undefined) return;
  const { steps } = adapter.training;
  const upload = uploadToHub({
    ...{ repo, files, private: flags.has("private") },
    title: `Adapter of ${steps} steps with its card`,
  }, { settings: io.settings ?? hubSettings() });
  for (;;) {
    const event = await upload.next();
    if (!event.done) {
      io.onProgress?.(event.value);
      continue;
    }
    io.out(
      `${event.value.address}: ${[...files.keys()].join(", ")}; ${
        megabytes(files)
      } MB, commit ${event.value.commit}`,
    );
    return;
  }
}
