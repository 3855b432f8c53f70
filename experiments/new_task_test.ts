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
const BACKGROUND =
  `/** The place alone: another thing, rendered in another way, where the condition's stood. */

const MARGIN = 8;

export const BACKGROUND: Task<"background"> = {
  id: "background",
  title: "Background",
  look: { ...seriesLook(5), solid: { full: "✚", open: "✛" } },
  words: {
    keyword: "background",
    forms: /\\b\\w*background\\w*/giu,
    named: ["the background", "its background"],
    fixed: "Use the background of the image",
    request:
      "Generate ways to describe taking the background from an image of varying lengths, do not use the words composition, style, face, object or everything",
    grammar: {
      slots: {
        take: ["take", "use", "keep", "copy", "borrow", "reuse", "preserve", "transfer", "adopt"],
        taking: ["taking", "using", "keeping", "copying", "borrowing", "reusing", "adopting"],
        keep: ["keep", "preserve", "retain", "maintain", "respect"],
        have: ["have", "share", "keep", "show"],
        has: ["has", "shares", "keeps", "shows"],
        from: ["of", "from", "in"],
        of: ["of"],
        what: ["{aspect} {from} {image}", "{aspect} {from} {image}, {tail}"],
        what_of: ["{aspect} {of} {image}", "{aspect} {of} {image}, {tail}"],
        tail: ["nothing in front of it", "not what stands there", "the place alone"],
        aspect: ["the background", "the background scenery", "the place in the background", "just the background"],
      },
      training: [
        "{same|this|matching} background",
        "put {something} in front of the background of {image}.",
        "only the background of {image}{|, nothing in front of it}",
      ],
      heldOut: ["let {something} stand before the background of {image}."],
    },
    namesObject: false,
  },
  recipe,
  dataset: {
    pairs: null,
    source: "not in the paper: two pictures of one place",
    fields: [
      conditionField("the place with anything in it"),
      targetField("the same place with something else in it"),
      textField("prompt", "what the target shows"),
    ],
  },
  scores: [CLIP_I, CLIP_P],
  oracle: {
    name: "surroundings alike",
    definition: "intersection of the colour histograms of image and condition, outer 8 pixels",
    score: (_bank, { condition }, output) => colourLikeness(output, condition, { margin: MARGIN }),
  },
  leak: objectNameLeak,
};

function recipe(bank: Bank, pool: Pool, random: Stream): Draft | undefined {
  const source = drawSceneSpec(random, pool, { style: drawStyle(random, pool, 0) });
  const other = drawSceneSpec(random, pool, {
    style: drawStyle(random, pool, 0),
    avoidCluster: source.concept.cluster,
  });
  const goal = { ...other, place: source.place };
  const condition = drawVisible(bank, source);
  const target = condition && drawVisible(bank, goal);
  if (!condition || !target) return undefined;
  return {
    condition: condition.image,
    target: target.image,
    prompt: sceneCaption(goal),
    conditionCaption: sceneCaption(source),
    truth: { condition: condition.truth, target: target.truth, heldOutStyle: false },
  };
}
`;

/** Runs in the copy: one real stage of Table 1, the map that the explorer serves, and what may leak. */
const PROBE = `import { createSentenceEmbedder, loadSentenceEncoder } from "./lib/clip/mod.ts";

const task: TaskId = "background";
const [cache] = Deno.args as [string];
const request = { scale: "mini", budget: "smoke", seeds: [1], tasks: [task], device: "cpu" } as const;
const target = table1Finder(request, TABLE1_CODE)("score-ground-truth-background-seed1");
const outputs = await runStages([target], { cacheFolder: cache, origin: () => currentOrigin("cpu") });
const samples = JSON.parse(await outputs.get(target.id)!.text("samples.json"));
const embedder = createSentenceEmbedder(await loadSentenceEncoder(), { batch: 16 });
const space = await openSpace({ train: 40, heldOut: 8, cacheDir: cache, embedder: () => Promise.resolve(embedder) });
const routes = apiRoutes({ space, embedder, layers: {} as never, now: () => 0 });
const { tasks, points } = await (await routes.request("/api/space")).json();
const typed = await (await routes.request("/api/place", {
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ text: "keep the background of this picture" }),
})).json();
const pair = composePair(await sharedBank(), { task, split: "val", index: 0 });
const gallery = [{ index: 0, side: 64, condition: pair.condition, target: pair.target, output: pair.target }];
const [leak] = await leakScores(task, gallery, "cpu");
console.log(JSON.stringify({ samples, tasks, points, typed, leak, name: pair.conditionCaption }));
Deno.exit(0);
`;

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
    /\.tsx?$/.test(path) && !/_test\.ts$|^lib\/(?:tasks|report)\//.test(path) &&
    readFileSync(join(root, path), "utf8").split("\n").some((line) =>
      !line.includes("typeof") &&
      /(?:[!=]==\s*|\bcase )"(?:replication|style|object|composition|face)"/.test(line)
    )
  );
  assert.deepEqual(asking, []);
});
