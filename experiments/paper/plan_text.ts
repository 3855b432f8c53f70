/** What `--scale paper --dry-run` says below the plan: what the estimates rest on, memory, and what the user must provide. */
import { findCached, hubSettings } from "../../lib/hub/mod.ts";
import type { TaskId } from "../../lib/tasks/mod.ts";
import { PAPER_DATASETS, PAPER_VALIDATION } from "./paper_datasets.ts";
import { PAPER_FILES } from "./paper_files.ts";
import { duration } from "../../lib/notebook/duration.ts";
import { PAPER_MAIN } from "../setting/scales.ts";
import { expectedPaperSeconds, PAPER_RATES } from "../setting/paper_rates.ts";

/** Text for a person, of an experiment on these tasks. */
export function paperPlanText(tasks: readonly TaskId[]): string {
  const { denoise, decode, encode, train, where } = PAPER_RATES;
  const { cache } = hubSettings();
  const seconds = (value: number) => `${value.toPrecision(2)} s`;
  const { batch, learningRate, steps } = PAPER_MAIN;
  return [
    `Times are estimates for one machine as measured (${where}; results/bench/paper.json): a guided denoising step ${
      seconds(denoise.seconds)
    }, decoding ${seconds(decode.seconds)}, encoding a condition ${
      seconds(encode.seconds)
    }, a training step of batch 1 ${
      seconds(train.seconds)
    }; deno task bench paper --device cuda measures others.`,
    `Memory at the peak: ${
      Math.max(...[denoise, decode, encode].map(({ gigabytes }) => gigabytes).filter(Number.isFinite))
        .toFixed(1)
    } GB to sample and score, ${
      train.gigabytes.toFixed(1)
    } GB to train at batch 1 (training itself is not built at this scale yet; times take a batch as that many such steps).`,
    `The paper's main model (Sec. 3.5) is another: batch ${batch}, learning rate ${learningRate}, ${
      steps.toLocaleString("en")
    } steps, here ${
      duration(expectedPaperSeconds(PAPER_MAIN).train)
    }; its ablations, which this plan trains, have batch 64.`,
    "",
    "You must provide weights (deno task models --scale paper tells more; --download fetches them):",
    ...PAPER_FILES.filter(({ needed }) => needed).map((file) =>
      `  ${findCached(cache, file) === undefined ? "missing" : "found  "}  ${file.repo}/${file.path}`
    ),
    "and pairs, which are not published (deno task data build makes them of sources you have; its --help shows each folder's layout):",
    ...tasks.map((task) => {
      const { pairs, source } = PAPER_DATASETS[task];
      return `  ${task}: ${pairs === null ? "" : `${pairs.toLocaleString("en")} and `}${
        PAPER_VALIDATION.toLocaleString("en")
      } to validate; ${source}\n    deno task data check --scale paper --task ${task} DIR`;
    }),
  ].join("\n");
}
