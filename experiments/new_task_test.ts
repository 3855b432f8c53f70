import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../lib/tasks/pack_cache.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const LIST = "lib/tasks/registry.ts";

/** A sixth task, whole: the place alone is taken; what stands in it and how it is rendered are free. */
const BACKGROUND = readFileSync(new URL("./testdata/background.ts.txt", import.meta.url), "utf8");

/** Runs in the copy: one real stage of Table 1, the map that the explorer serves, and what may leak. */
const PROBE = readFileSync(new URL("./testdata/background_probe.ts.txt", import.meta.url), "utf8");

Deno.test("a task is one file and its place in the list: instructions, pairs, Table 1, map and data check know it", () => {
  const copy = mkdtempSync(join(tmpdir(), "task-"));
  try {
    for (const name of ["lib", "experiments", "deno.json", "deno.lock"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    for (const name of ["data", "node_modules", "results"]) symlinkSync(join(root, name), join(copy, name));
    const cache = join(copy, ".cache");
    mkdirSync(join(cacheFolder(), "tasks"), { recursive: true });
    mkdirSync(cache);
    symlinkSync(join(cacheFolder(), "tasks"), join(cache, "tasks"));
    const before = readFileSync(join(copy, LIST), "utf8");
    const after = before
      .replace("import { COMPOSITION }", 'import { BACKGROUND } from "./background.ts";\n$&')
      .replace("FACE]", "FACE, BACKGROUND]");
    assert.equal(after.split("\n").length, before.split("\n").length + 1);
    writeFileSync(join(copy, LIST), after);
    writeFileSync(join(copy, "lib/tasks/background.ts"), BACKGROUND);
    writeFileSync(join(copy, "probe.ts"), PROBE);
    const deno = (...args: string[]) =>
      execFileSync(Deno.execPath(), args, {
        cwd: copy,
        encoding: "utf8",
        env: { ...Deno.env.toObject(), IPADAPTER_CACHE: cache, NO_COLOR: "1" },
        stdio: "pipe",
        maxBuffer: 1 << 28,
      });
    const run = (...args: string[]) => deno("run", "-A", ...args);

    // Types leave no task out.
    deno("check", "experiments/cli.ts", "experiments/explore/cli.ts", "experiments/data/cli.ts", "probe.ts");

    const ask = (task: string) =>
      run("experiments/instructions.ts", "--task", task, "--count", "300").trim().split("\n");
    const own = ask("background");
    assert.equal(new Set(own).size, 300);
    assert.ok(own.every((line) => !/style|object|face|composition|everything/iu.test(line)));
    assert.ok(ask("object").every((line) => !/background/iu.test(line)), "the keyword rule holds for others");

    assert.match(
      run("experiments/preview.ts", "--out", join(copy, "sheet.png"), "--count", "1"),
      /6 tasks x 1 items/,
    );

    const table1 = (...args: string[]) =>
      run("experiments/cli.ts", "table1", "--budget", "smoke", "--dry-run", ...args);
    const plan = table1();
    for (const stage of ["encode", "train-single", "score-instruct", "score-fixed", "score-single-task"]) {
      assert.match(plan, new RegExp(`${stage}-background\\b`), stage);
    }
    assert.match(table1("--tasks", "background"), /score-ground-truth-background-seed1/);

    const found = JSON.parse(run("probe.ts", cache));
    for (const { scores } of found.samples) {
      for (const name of ["CLIP-I", "CLIP-P", "CLIP-I (encoder)", "CLIP-P (encoder)", "surroundings alike"]) {
        assert.ok(Number.isFinite(scores[name]), name);
      }
    }
    assert.deepEqual(Object.keys(found.leak), ["leak", "leak (encoder)"]);
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
    const folder = join(copy, "pairs");
    mkdirSync(folder);
    const line = JSON.stringify({ condition: "sheet.png", target: "sheet.png", prompt: "a fox on a beach" });
    for (const name of ["train", "val"]) writeFileSync(join(folder, `${name}.jsonl`), `${line}\n`);
    assert.throws(
      () => run("experiments/data/cli.ts", "check", "--scale", "paper", "--task", "background", folder),
      (error) => {
        assert.match(String((error as { stdout: string }).stdout), /background/);
        return true;
      },
    );
  } finally {
    rmSync(copy, { recursive: true });
  }
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
