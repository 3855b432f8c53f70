/** What `--scale paper --dry-run` says below the plan: device-days, memory and disk, what the estimates rest on, and what the user must provide. */
import { findCached, hubSettings } from "../../lib/hub/mod.ts";
import { duration } from "../../lib/notebook/duration.ts";
import { type TaskId, TASKS, TRAINING_SIDE } from "../../lib/tasks/mod.ts";
import { visionTokens } from "../../lib/clip/mod.ts";
import { vaeFactor } from "../../lib/diffusion/mod.ts";
import type { PlannedStage } from "../runner/mod.ts";
import { SD15_VAE, VIT_H_VISION } from "../setting/sd15_sizes.ts";
import type { RunRequest } from "../setting/experiment.ts";
import { expectedPaperSeconds, PAPER_RATES, type PaperRates } from "../setting/paper_rates.ts";
import { PAPER_MAIN, SCALES } from "../setting/scales.ts";
import { locate, placesOf } from "./locate_file.ts";
import { PAPER_DATASETS, PAPER_VALIDATION } from "./paper_datasets.ts";
import { PAPER_FILES } from "./paper_files.ts";
import { missingPairs } from "./paper_inputs.ts";

const DAY = 86_400;

/** Rate that an estimate by arithmetic is said for, 10¹² operations a second. */
const EXAMPLE_TERAFLOP = 10;

/** Bytes of one pair in the cache of encodings: [mean, logvar] of the latents and the image tokens, in half precision. */
function encodedBytes(): number {
  const side = TRAINING_SIDE / vaeFactor(SD15_VAE);
  return 2 *
    (2 * SD15_VAE.latent_channels * side ** 2 + visionTokens(VIT_H_VISION) * VIT_H_VISION.hidden_size);
}

const days = (seconds: number): string =>
  (seconds / DAY).toLocaleString("en", { maximumSignificantDigits: 3 });

/** How long what runs takes on the chosen device. */
function timeText(
  plan: readonly PlannedStage[],
  { device }: Pick<RunRequest, "device">,
  rates: PaperRates,
): string {
  const running = plan.filter(({ action }) => action === "run");
  const sum = (of: (each: PlannedStage) => number) => running.reduce((total, each) => total + of(each), 0);
  const petaflop = sum(({ stage }) => stage.gigaflop ?? 0) / 1e6;
  const seconds = sum(({ expectedSeconds }) => expectedSeconds);
  const arithmetic = `${petaflop.toLocaleString("en", { maximumSignificantDigits: 3 })} × 10¹⁵ operations`;
  if (device === rates.device) {
    return `On ${device}: ${days(seconds)} days of one device, by rates measured with it; ${arithmetic}.`;
  }
  return `On ${device}: ${arithmetic}, which are ${
    days(1000 * petaflop / EXAMPLE_TERAFLOP)
  } days of one device at a sustained ${EXAMPLE_TERAFLOP} TFLOP/s. No rate of ${device} is measured yet (deno task bench paper --device ${device} ` +
    `--out results/bench measures it): the times above are of ${rates.device}.`;
}

/** What it takes of memory and disk. */
function roomText({ budget, microBatch }: RunRequest, rates: PaperRates): string {
  const { denoise, decode, encode, train } = rates;
  const { validateEvery, trainItems } = SCALES.paper.budgets[budget];
  const gigabytes = (...parts: readonly number[]) =>
    parts.filter(Number.isFinite).reduce((sum, each) => sum + each, 0).toFixed(1);
  const micro = microBatch ?? SCALES.paper.microBatch;
  return [
    `Memory at the peak, as measured on ${rates.device}: ${
      gigabytes(train.gigabytes)
    } GB to train in parts of 1 sample`,
    ...(micro === 1 ? [] : [`(of ${micro}: not measured)`]),
    ...(validateEvery > 0
      ? [
        `and up to ${
          gigabytes(...[train, denoise, decode, encode].map((part) => part.gigabytes))
        } GB while a training validates`,
      ]
      : []),
    `; up to ${
      gigabytes(...[denoise, decode, encode].map((part) => part.gigabytes))
    } GB to sample and score.`,
    `Disk: ${(trainItems * encodedBytes() / 1e9).toFixed(1)} GB of encodings for each task of ${
      trainItems.toLocaleString("en")
    } pairs.`,
  ].join(" ").replaceAll(" ;", ";");
}

/** Text for a person, of a plan. */
export function paperPlanText(
  plan: readonly PlannedStage[],
  request: RunRequest,
  rates: PaperRates = PAPER_RATES,
): string {
  const { denoise, decode, encode, train, where } = rates;
  const { data, models } = request;
  const { cache } = hubSettings();
  const seconds = (value: number) => `${value.toPrecision(2)} s`;
  const { batch, learningRate, steps } = PAPER_MAIN;
  const needed = PAPER_FILES.filter(({ neededBy }) => neededBy.includes("reproduce"));
  const folders = { ...(models === undefined ? {} : { models }), ...(data === undefined ? {} : { data }) };
  return [
    timeText(plan, request, rates),
    roomText(request, rates),
    `The rates (${where}; results/bench/paper.json): a guided denoising step ${
      seconds(denoise.seconds)
    }, decoding ${seconds(decode.seconds)}, encoding a condition ${
      seconds(encode.seconds)
    }, a training step of batch 1 ${seconds(train.seconds)}.`,
    `The paper's main model (Sec. 3.5) is another: batch ${batch}, learning rate ${learningRate}, ${
      steps.toLocaleString("en")
    } steps, ${
      duration(expectedPaperSeconds(PAPER_MAIN, rates).train)
    } at these rates; its ablations, which this plan trains, have batch 64.`,
    "",
    "You must provide weights (--models DIR, or the hub's cache, into which deno task models --scale paper --download fetches them):",
    ...needed.map((file) => {
      const found = models === undefined ? findCached(cache, file) : locate(file, placesOf(models));
      return `  ${found === undefined ? "missing" : "found  "}  ${file.repo}/${file.path}`;
    }),
    "and pairs (--data DIR), which are not published (deno task data build makes them of sources you have; its --help shows each folder's layout):",
    ...TASKS.map((task: TaskId) => {
      const { pairs, source } = PAPER_DATASETS[task];
      const there = data !== undefined && missingPairs(folders, [task]).length === 0;
      return `  ${there ? "found  " : "missing"}  DIR/${task}: ${
        pairs === null ? "" : `${pairs.toLocaleString("en")} and `
      }${
        PAPER_VALIDATION.toLocaleString("en")
      } to validate; ${source}\n    deno task data check --scale paper --task ${task} DIR/${task}`;
    }),
  ].join("\n");
}
