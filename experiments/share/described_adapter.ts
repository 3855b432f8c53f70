/** An adapter with what is known of how it was made: a training's output beside its manifest, or a committed checkpoint with its recipe. */
import { readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type HostParams, UserError } from "../../lib/engine/mod.ts";
import { loadAdapter, type ProjectionConfig } from "../../lib/adapter/mod.ts";
import type { UnetConfig } from "../../lib/diffusion/mod.ts";
import { contentHash, hubSettings, readSealed } from "../../lib/hub/mod.ts";
import type { AdapterRecipe } from "../../lib/training/mod.ts";
import { checkpointPath, readCheckpoint } from "../mini/checkpoints.ts";
import { JOINT_ADAPTER, projectionHeader } from "../mini/adapter_file.ts";
import { checkBesideText } from "../adapters/trained_adapter.ts";
import { locate } from "../paper/locate_file.ts";
import { configBeside } from "../paper/model_config.ts";
import { paperFile } from "../paper/paper_files.ts";
import { headerObject, readWeights, type WeightFile } from "../pictures/weight_file.ts";
import { SD15_UNET } from "../setting/sd15_sizes.ts";
import type { TrainReport, TrainRequest } from "../setting/model_requests.ts";
import type { ScaleId } from "../setting/scales.ts";

/** The base that an adapter was trained on. */
export interface Base {
  /** For people; at the paper's scale its repository on the hub. */
  readonly name: string;
  /** SHA-256 of the file of its U-Net. */
  readonly sha256: string;
  readonly unet: UnetConfig;
}

/** What is known of a training. */
export interface TrainingFacts {
  readonly steps: number;
  readonly batch: number;
  readonly seed: number;
  readonly seconds?: number;
  /** The recipe in lines of a table: what, and its value. */
  readonly recipe: readonly (readonly [what: string, value: string])[];
  /** The loss, averaged over the last steps. */
  readonly finalLoss?: number;
  /** The commit that trained it, with "+" where files were changed; null where that is not known. */
  readonly commit: string | null;
  /** What was read, by hash. */
  readonly data?: string;
}

/** An adapter and what is known of it. */
export interface DescribedAdapter {
  /** Path of its file. */
  readonly file: string;
  readonly scale: ScaleId;
  readonly projection: ProjectionConfig;
  /** `image_proj.*` and `ip_adapter.*`, checked against projection and base. */
  readonly params: HostParams;
  readonly base: Base;
  readonly training: TrainingFacts;
  /** A card with scores beside the file, as Markdown. */
  readonly card?: string;
}

/** Where to look. */
export interface DescribeOptions {
  /** Folder of the paper scale's models. */
  readonly models?: string;
}

const UNET_FILE = paperFile("unet");

/** The paper scale's base on this machine. @throws UserError when it is not there. */
function paperBase({ models }: DescribeOptions): Base {
  const places = { settings: hubSettings(), ...(models === undefined ? {} : { folder: resolve(models) }) };
  const path = locate(UNET_FILE, places);
  if (path === undefined) {
    throw new UserError(
      `Sharing names the base by its hash: expected ${
        UNET_FILE.local[0]
      } in a folder given by --models, got ${models ?? "none"}`,
    );
  }
  return { name: UNET_FILE.repo, sha256: contentHash(path, 64), unet: configBeside(path, SD15_UNET) };
}

async function miniBase(sha256?: string): Promise<Base> {
  const { config } = await readCheckpoint("base");
  return {
    name: "the mini scale's base of this project (data/checkpoints/base.safetensors)",
    sha256: sha256 ?? contentHash(fileURLToPath(checkpointPath("base")), 64),
    unet: config.unet as UnetConfig,
  };
}

/** A recipe for people. */
function recipeLines(request: TrainRequest): [string, string][] {
  const { recipe, tasks, instructions, variant } = request;
  const {
    optimizer,
    learningRate,
    schedule,
    warmup,
    drop,
    lossWeighting,
    firstTimestep,
    branchStd,
    clipNorm,
  }: AdapterRecipe = recipe;
  return [
    ["model", variant.kind === "single" ? "of one task" : "joint"],
    ["tasks", tasks.join(", ")],
    ["instructions", instructions],
    ["optimiser", `${optimizer.kind === "muon" ? "Muon" : "AdamW"}, gradient norm at most ${clipNorm}`],
    ["learning rate", `${learningRate}, ${schedule}, ${100 * warmup} % warm-up`],
    ["dropped", `image ${100 * drop.image} %, text ${100 * drop.text} %, both ${100 * drop.both} %`],
    ["weights of the loss", lossWeighting],
    ["timesteps", `${firstTimestep} to 999`],
    ["σ of the instruction branch", String(branchStd)],
  ];
}

/** What the manifest beside a training's output says; undefined where there is none. */
async function fromManifest(file: string): Promise<
  { training: TrainingFacts; scale: ScaleId; data: Readonly<Record<string, string>> } | undefined
> {
  const folder = dirname(file);
  const sealed = await readSealed(folder);
  if (sealed.state !== "sound") return undefined;
  const { ingredients, origin, seconds } = sealed.manifest.meta as unknown as {
    ingredients: { config: TrainRequest; data: Readonly<Record<string, string>> };
    origin: { commit: string | null; dirty: boolean | null };
    seconds: number;
  };
  const { config } = ingredients;
  if (config.recipe === undefined || config.variant === undefined) return undefined;
  const { finalLoss } = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as TrainReport;
  const { steps, batch, seed, scale } = config;
  const training = {
    steps,
    batch,
    seed,
    seconds,
    finalLoss,
    recipe: recipeLines(config),
    commit: origin.commit,
  };
  return { training, scale, data: ingredients.data };
}

/** What a committed checkpoint's header says; undefined where it says nothing. */
function fromHeader(stored: WeightFile): TrainingFacts | undefined {
  const recipe = headerObject(stored, "config")?.recipe as
    | {
      summary: string;
      steps: number;
      batch: number;
      seed: number;
      seconds?: number;
      loss?: number;
      data?: string;
    }
    | undefined;
  if (typeof recipe?.steps !== "number") return undefined;
  const { summary, steps, batch, seed, seconds, loss, data } = recipe;
  return {
    ...{ steps, batch, seed, recipe: [["recipe", summary]], commit: null },
    ...(seconds === undefined ? {} : { seconds }),
    ...(loss === undefined ? {} : { finalLoss: loss }),
    ...(data === undefined ? {} : { data }),
  };
}

/**
 * Reads an adapter and what is known of it; `file` absent: the committed joint one.
 *
 * @throws UserError in one sentence when it does not say how it was made, does not fit its base, or the base is not there.
 */
export async function describeAdapter(
  file: string | undefined,
  options: DescribeOptions = {},
): Promise<DescribedAdapter> {
  const path = file ?? fileURLToPath(JOINT_ADAPTER);
  const stored = await readWeights(path, "the adapter");
  checkBesideText(stored.metadata, `Sharing the adapter ${path}`);
  const made = await fromManifest(path);
  const training = made?.training ?? fromHeader(stored);
  const projection = projectionHeader(stored) as ProjectionConfig | undefined;
  if (training === undefined || projection === undefined) {
    throw new UserError(
      `Sharing ${path} failed: expected a training's output (adapter.safetensors beside its manifest.json) or a committed checkpoint, got a file that does not say how it was made`,
    );
  }
  const scale = made?.scale ?? "mini";
  const base = scale === "paper"
    ? paperBase(options)
    : await miniBase(made?.data["data/checkpoints/base.safetensors"]);
  const params = loadAdapter(stored.tensors, { projection, unet: base.unet }, {
    what: `the adapter ${path}`,
  });
  const card = path.replace(/\.safetensors$/, ".md");
  const hasCard = made === undefined && statSync(card, { throwIfNoEntry: false })?.isFile() === true;
  return {
    ...{ file: path, scale, projection, params, base, training },
    ...(hasCard ? { card: readFileSync(card, "utf8") } : {}),
  };
}
