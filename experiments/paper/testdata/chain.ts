/**
 * The whole chain of the paper's scale on a tiny folder, as the commands run it: `chain.ts FOLDER HUB` builds the pairs of all five tasks, checks them, trains and scores, writes the report and shares the joint adapter. Started again, it goes on.
 *
 *     FOLDER/models, builds.json    there before
 *     FOLDER/data, cache, results   made
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type TaskId } from "../../../lib/tasks/mod.ts";
import { buildCommand } from "../../data/build/build_command.ts";
import { checkDataset, datasetText } from "../../data/check_dataset.ts";
import { FIGURES } from "../../figures/mod.ts";
import { report } from "../../report/cli.ts";
import { reproduce } from "../../reproduce.ts";
import { share } from "../../share/share.ts";

/** Name of the file with the options of each task's build. */
export const BUILDS = "builds.json";

/** The repository that the adapter is shared to. */
export const SHARED = "somebody/tiny-instruct";

async function chain(folder: string, hub: string): Promise<void> {
  const [models, data, cache, results] = ["models", "data", "cache", "results"].map((name) =>
    join(folder, name)
  ) as [
    string,
    string,
    string,
    string,
  ];
  const builds = JSON.parse(readFileSync(join(folder, BUILDS), "utf8"));
  for (const [task, options] of Object.entries(builds) as [TaskId, Record<string, string>][]) {
    await buildCommand(task, join(data, task), { values: new Map(Object.entries(options)) });
    const found = await checkDataset(task, join(data, task), { decode: 2 });
    if (!found.sound) throw new Error(datasetText(found));
  }
  const asked = [
    "--scale",
    "paper",
    "--budget",
    "smoke",
    "--tasks",
    "face",
    "--models",
    models,
    "--data",
    data,
  ];
  await reproduce(
    ["table1", ...asked, "--rows", "single-task,instruct,ground-truth", "--out", results],
    FIGURES,
    {
      out: () => {},
      err: (line) => console.error(line),
      terminal: false,
      width: 100,
      signal: new AbortController().signal,
      cacheFolder: cache,
    },
  );
  await report(["--out", results]);
  const training = readdirSync(join(cache, "stages")).find((name) => name.startsWith("train-instruct-"));
  await share(
    [
      ...["--to", SHARED, "--checkpoint", join(cache, "stages", training as string, "adapter.safetensors")],
      ...["--models", models, "--results", results, "--licence", "mit", "--out", join(folder, "shared")],
    ],
    {
      out: () => {},
      err: () => {},
      settings: { cache: join(folder, "unused"), endpoint: hub, offline: false, token: "write" },
    },
  );
}

if (import.meta.main) await chain(...process.argv.slice(2) as [string, string]);
