import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../lib/hub/mod.ts";
import { copyArtwork, treeCopy } from "./tree_copy.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const LIST = "lib/tasks/registry.ts";

/** A sixth task, whole: the place alone is taken; what stands in it and how it is rendered are free. */
const BACKGROUND = readFileSync(new URL("./testdata/background.ts.txt", import.meta.url), "utf8");

/** Runs in the copy: one real stage of Table 1, the map that the explorer serves, and what may leak. */
const PROBE = readFileSync(new URL("./testdata/background_probe.ts.txt", import.meta.url), "utf8");

Deno.test("a task is one file and its place in the list: instructions, pairs, Table 1, map and data check know it", () => {
  using copy = treeCopy();
  for (const name of ["data", "results"]) copy.link(name);
  copyArtwork(copy, cacheFolder());
  const added = copy.edit(
    LIST,
    ["import { COMPOSITION }", 'import { BACKGROUND } from "./background.ts";\nimport { COMPOSITION }'],
    ["FACE]", "FACE, BACKGROUND]"],
  );
  assert.equal(added, 1);
  copy.write("lib/tasks/background.ts", BACKGROUND);
  copy.write("probe.ts", PROBE);
  const run = (...args: string[]) => copy.deno("run", "-A", ...args);

  // Types leave no task out.
  copy.deno(
    "check",
    "experiments/cli.ts",
    "experiments/explore/cli.ts",
    "experiments/data/cli.ts",
    "probe.ts",
  );

  const ask = (task: string) =>
    run("experiments/instructions.ts", "--task", task, "--count", "300").trim().split("\n");
  const own = ask("background");
  assert.equal(new Set(own).size, 300);
  assert.ok(own.every((line) => !/style|object|face|composition|everything/iu.test(line)));
  assert.ok(ask("object").every((line) => !/background/iu.test(line)), "the keyword rule holds for others");

  assert.match(
    run("experiments/preview.ts", "--out", join(copy.folder, "sheet.png"), "--count", "1"),
    /6 tasks x 1 items/,
  );

  const table1 = (...args: string[]) =>
    run("experiments/cli.ts", "table1", "--budget", "smoke", "--dry-run", ...args);
  const plan = table1();
  for (const stage of ["encode", "train-single", "score-instruct", "score-fixed", "score-single-task"]) {
    assert.match(plan, new RegExp(`${stage}-background\\b`), stage);
  }
  assert.match(table1("--tasks", "background"), /score-ground-truth-background-seed1/);

  const found = JSON.parse(run("probe.ts", join(copy.folder, ".cache")));
  for (const { scores } of found.samples) {
    for (const name of ["CLIP-I", "CLIP-P", "CLIP-I (encoder)", "CLIP-P (encoder)", "surroundings alike"]) {
      assert.ok(Number.isFinite(scores[name]), name);
    }
  }
  assert.deepEqual(Object.keys(found.leak), ["leak", "leak (encoder)"]);
  const asked = found.asked.filter((wish: { task: string }) => wish.task === "background");
  assert.equal(asked.length, 1, "control asks a scene for it, and no portrait");
  assert.match(asked[0].instruction, /put something else into this very place|the same surroundings, please/);
  assert.equal(found.tasks.length, 6);
  assert.equal(found.tasks[5].id, "background");
  assert.equal(found.tasks[5].fixed, "Use the background of the image");
  const split = (name: string) =>
    found.points.filter((point: { task: string; split: string }) =>
      point.task === "background" && point.split === name
    ).length;
  assert.deepEqual(["train", "held-out", "fixed"].map(split), [40, 8, 1]);
  assert.equal(found.typed.shares[0].task, "background");

  assert.match(run("experiments/data/cli.ts", "--help"), /background: the paper had an unknown number/);
  const line = JSON.stringify({ condition: "sheet.png", target: "sheet.png", prompt: "a fox on a beach" });
  for (const name of ["train", "val"]) copy.write(`pairs/${name}.jsonl`, `${line}\n`);
  assert.throws(
    () =>
      run(
        "experiments/data/cli.ts",
        "check",
        "--scale",
        "paper",
        "--task",
        "background",
        join(copy.folder, "pairs"),
      ),
    (error) => {
      assert.match(String((error as { stdout: string }).stdout), /background/);
      return true;
    },
  );
});

Deno.test("nothing outside the tasks' folder asks which task it is, but for what the paper says of one", () => {
  const asking = ["lib", "experiments", "bench"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`)
  ).filter((path) =>
    /\.tsx?$/.test(path) && !/_test\.ts$|^lib\/tasks\/|^experiments\/explanations\//.test(path) &&
    readFileSync(join(root, path), "utf8").split("\n").some((line) =>
      !line.includes("typeof") &&
      /(?:[!=]==\s*|\bcase )"(?:replication|style|object|composition|face)"/.test(line)
    )
  );
  assert.deepEqual(asking, []);
});
