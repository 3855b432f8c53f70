import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../lib/engine/errors.ts";
import { fold, key, normal } from "../lib/engine/random.ts";
import { type SampleRow, TABLE1_COLUMNS, type Table1Result } from "../lib/report/mod.ts";
import type { ExperimentEntry } from "./jobs/workload.ts";
import { type Console, reproduce } from "./reproduce.ts";
import { type StageContext, Stopped } from "./runner/mod.ts";
import { jsonSchemas } from "./json_schemas.ts";
import { table1Program } from "./figures/table1/mod.ts";
import type { Table1Stages } from "./setting/model_requests.ts";
import type { ScaleId } from "./setting/scales.ts";

/** Model code that samples numbers instead of images: the same request gives the same scores. */
function fakeCode(ran: string[], scale: ScaleId): Table1Stages {
  const code = <Compute>(compute: Compute) => ({
    module: "lib/engine/joined.ts",
    export: "joinedBytes",
    data: ["deno.json"],
    load: () => Promise.resolve(compute),
  });
  return {
    encodeDataset: code((request, context) => {
      ran.push(`encode ${request.task}`);
      context.progress(request.trainItems, request.trainItems, "pairs");
      context.write("pairs.bin", Uint8Array.of(request.task.length));
      return Promise.resolve({ datasetHash: "d".repeat(64) });
    }),
    trainAdapter: code(async (request, { datasets }, context) => {
      ran.push(`train ${request.variant.kind}`);
      assert.deepEqual([...datasets.keys()], [...request.tasks]);
      const start = (await context.loadLatestCheckpoint())?.step ?? 0;
      for (let step = start + 1; step <= request.steps; step++) {
        context.progress(step, request.steps, "steps");
      }
      context.write("adapter.bin", Uint8Array.of(request.seed));
      const task = request.tasks[0] as "style";
      return {
        steps: request.steps,
        finalLoss: 0.1,
        validation: [{ task, step: 1, metric: "CLIP-I", mean: 0.5, n: 2 }],
      };
    }),
    ...(scale === "mini" && {
      committedAdapter: code((context: StageContext) => {
        ran.push("take the committed adapter");
        context.write("adapter.bin", Uint8Array.of(0));
        return Promise.resolve({ steps: 12_000, batch: 32 });
      }),
    }),
    generateAndScore: code(async (request, { adapter, dataset }, context) => {
      ran.push(`score ${request.row} ${request.task}`);
      assert.equal(adapter === undefined, ["ip-adapter-plus", "ground-truth"].includes(request.row));
      assert.equal((await dataset.bytes("pairs.bin"))[0], request.task.length);
      const metrics = TABLE1_COLUMNS.filter(({ task }) => task === request.task).map(({ metric }) => metric);
      const samples = Array.from({ length: request.items }, (_, index) => {
        const [a = 0, b = 0, c = 0] = normal(fold(key(request.seed), request.row, request.task, index), 3, {
          mean: 0.7,
          std: 0.1,
        });
        const scores = { [metrics[0] as string]: a, [metrics[1] as string]: b, "CLIP-I (joint encoder)": c };
        return { index, instruction: "use it", prompt: "a car", scores };
      });
      context.progress(request.items, request.items, "images");
      const picture = new Uint8Array(8 * 8 * 3).fill(100);
      const gallery = [{ index: 0, side: 8, condition: picture, target: picture, output: picture }];
      return { samples, gallery };
    }),
    scoreStart: code(() => Promise.resolve([])),
    metrics: { "CLIP-I": { definition: "cosine", by: "the judge", higherIsBetter: true } },
    checkDevice: (device) =>
      device === "cpu" ? Promise.resolve() : Promise.reject(new UserError("no such device here")),
  };
}

interface Session {
  readonly folder: string;
  readonly out: string[];
  readonly err: string[];
  readonly ran: string[];
  run(args: string, signal?: AbortSignal): Promise<void>;
}

async function inSession(test: (session: Session) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "reproduce-"));
  const [out, err, ran]: [string[], string[], string[]] = [[], [], []];
  const experiments: ExperimentEntry[] = [
    {
      id: "table1",
      load: () => Promise.resolve({ figure: table1Program(({ scale }) => fakeCode(ran, scale)) }),
    },
  ];
  try {
    await test({
      folder,
      out,
      err,
      ran,
      run(args, signal = new AbortController().signal) {
        const console: Console = {
          out: (text) => out.push(text),
          err: (line) => err.push(line),
          terminal: false,
          width: 100,
          signal,
          cacheFolder: join(folder, "cache"),
        };
        const words = args.split(" ").filter((word) => word !== "").map((word) =>
          word.replace("OUT", join(folder, "out"))
        );
        return reproduce(words, experiments, console);
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

Deno.test("reproduce() writes results that match the schema and whose cells are the means of their samples", () =>
  inSession(async ({ run, folder, out, ran }) => {
    await run("table1 --budget smoke --seeds 2 --out OUT");
    const place = join(folder, "out/table1/mini-smoke");
    for (
      const name of [
        "result.json",
        "samples.jsonl",
        "validation.jsonl",
        "table.md",
        "table.tex",
        "table.csv",
        "samples.png",
      ]
    ) {
      assert.ok(readFileSync(join(place, name)).length > 0, name);
    }
    const schema = JSON.parse(
      readFileSync(new URL("../results/result.schema.json", import.meta.url), "utf8"),
    );
    const schemas = await jsonSchemas();
    const valid = schemas.compile(schema);
    const validSample = schemas.compile({
      $ref: "#/definitions/Table1Sample",
      definitions: schema.definitions,
    });
    const result = JSON.parse(readFileSync(join(place, "result.json"), "utf8")) as Table1Result;
    assert.ok(valid(result), schemas.errorsText(valid.errors));
    const samples = readFileSync(join(place, "samples.jsonl"), "utf8").trim().split("\n").map((line) =>
      JSON.parse(line) as SampleRow
    );
    for (const sample of samples) {
      assert.ok(validSample(sample), schemas.errorsText(validSample.errors));
    }
    assert.equal(result.cells.length, 6 * 10 + 6 * 5);
    for (const { row, task, metric, mean, n } of result.cells) {
      const scores = samples.filter((sample) => sample.row === row && sample.task === task).map((
        { scores },
      ) => scores[metric] as number);
      assert.equal(scores.length, n);
      assert.ok(Math.abs(mean - scores.reduce((a, b) => a + b, 0) / n) < 1e-12, `${row} ${task} ${metric}`);
    }
    assert.equal(ran.filter((line) => line.startsWith("train")).length, 14);
    assert.equal(result.training.length, 14);
    // Once: its weights are of no seed.
    assert.deepEqual(result.committed, { steps: 12_000, batch: 32 });
    const committed = samples.filter(({ row }) => row === "committed");
    assert.deepEqual(new Set(committed.map(({ seed }) => seed)), new Set([1]));
    assert.equal(ran.filter((line) => line === "take the committed adapter").length, 1);
    assert.match(
      out.join(""),
      /Table 1 at mini scale, smoke budget[\s\S]+cannot[\s\S]+committed \(12,000 steps\)[\s\S]+Ground truth[\s\S]+inconclusive[\s\S]+Written to/,
    );
    assert.deepEqual(
      readdirSync(place).filter((name) => name.startsWith(".") || name.endsWith(".partial")),
      [],
    );
  }));

Deno.test("reproduce() answers from the cache when it is asked twice, and trains again on --retrain", () =>
  inSession(async ({ run, folder, ran, err, out }) => {
    await run("table1 --budget smoke --out OUT");
    const place = join(folder, "out/table1/mini-smoke");
    const files = () =>
      Object.fromEntries(readdirSync(place).map((name) => [name, readFileSync(join(place, name), "base64")]));
    const before = files();
    ran.length = 0;
    await run("table1 --budget smoke --out OUT --json");
    assert.equal(ran.length, 0);
    assert.deepEqual(files(), before);
    assert.equal(out.at(-1), readFileSync(join(place, "result.json"), "utf8"));
    await run("table1 --budget smoke --out OUT --retrain");
    assert.equal(ran.filter((line) => line.startsWith("train")).length, 7);
    assert.ok(!ran.some((line) => line.startsWith("encode")));
    assert.equal(files()["samples.jsonl"], before["samples.jsonl"]);
    ran.length = 0;
    const stages = join(folder, "cache/stages");
    const victim = readdirSync(stages).find((name) => name.startsWith("train-single-style")) as string;
    writeFileSync(join(stages, victim, "adapter.bin"), "x");
    await run("table1 --budget smoke --out OUT");
    assert.deepEqual(ran, ["train single"]);
    assert.match(err.join("\n"), /train-single-style-seed1: its cached output is corrupted: adapter.bin/);
  }));

Deno.test("reproduce() limits training and scoring to --tasks but trains joint models on all tasks", () =>
  inSession(async ({ run, ran, folder }) => {
    await run("table1 --budget smoke --tasks face,style --out OUT");
    assert.equal(ran.filter((line) => line.startsWith("train single")).length, 2);
    assert.equal(ran.filter((line) => line.startsWith("encode")).length, 5);
    assert.equal(ran.filter((line) => line.startsWith("score")).length, 12);
    assert.match(readFileSync(join(folder, "out/table1/mini-smoke/table.md"), "utf8"), /not run/);
  }));

Deno.test("reproduce() computes only the rows of --rows and what they need", () =>
  inSession(async ({ run, ran, folder }) => {
    await run("table1 --budget smoke --tasks face --rows instruct,ground-truth --out OUT");
    assert.deepEqual(ran.filter((line) => /train|score|committed/.test(line)), [
      "train instruct",
      "score instruct face",
      "score ground-truth face",
    ]);
    assert.match(readFileSync(join(folder, "out/table1/mini-smoke/table.md"), "utf8"), /not run/);
  }));

Deno.test("reproduce() scores the committed adapter where the scale has one, and not at the paper's", () =>
  inSession(async ({ run, out }) => {
    await run("table1 --dry-run --json");
    await run("table1 --scale paper --budget smoke --dry-run --json");
    const [mini, paper] = out.map((text) => (JSON.parse(text) as { id: string }[]).map(({ id }) => id));
    const committed = (ids: readonly string[]) => ids.filter((id) => id.includes("committed"));
    assert.equal(committed(mini!).length, 1 + 5);
    assert.ok(paper!.includes("score-instruct-style-seed1"));
    assert.deepEqual(committed(paper!), []);
  }));

Deno.test("reproduce() plans without computing or writing when --dry-run is given", () =>
  inSession(async ({ run, ran, out, folder }) => {
    await run("table1 --dry-run --out OUT");
    assert.match(out.join(""), /run +train-instruct-seed1 .+ not computed yet\n/);
    assert.match(out.join(""), /44 of 44 stages to run, about/);
    await run("table1 --budget smoke --tasks style --out OUT");
    await run("table1 --budget smoke --tasks style --dry-run --json");
    const plan = JSON.parse(out.at(-1) as string) as { action: string }[];
    assert.ok(plan.every(({ action }) => action === "cached"));
    await run("table1 --budget quick --dry-run");
    assert.match(out.at(-1) as string, /changed: .*config.steps \d+ → \d+/);
    assert.equal(ran.length, 5 + 3 + 1 + 6);
    assert.deepEqual(readdirSync(join(folder, "out/table1")), ["mini-smoke"]);
  }));

Deno.test("reproduce() shows graph and scripts, and submits nothing, with --executor slurm --dry-run", () =>
  inSession(async ({ run, ran, out, folder }) => {
    await run("table1 --budget smoke --tasks style --dry-run --executor slurm --partition p --max-jobs 2");
    const text = out.join("");
    assert.match(
      text,
      /\nJob array 1:\n {2}encode-[^]*\n {2}train-instruct-seed1 after encode-[^]*\n {2}summary after /,
    );
    assert.match(text, /\n#SBATCH --array=0-\d+%2\n[^]*\n#SBATCH --partition=p\n/);
    assert.match(text, /\n#SBATCH --dependency=afterany:JOB_OF_LEVEL_1\n/);
    assert.deepEqual(ran, []);
    assert.ok(!readdirSync(folder).includes("submissions"));
  }));

Deno.test("reproduce() says in one sentence what is wrong when it is used wrongly", () =>
  inSession(async ({ run, folder, ran }) => {
    writeFileSync(join(folder, "file"), "");
    const mistakes: [string, RegExp][] = [
      ["", /expects an experiment, one of table1, got none/],
      ["tabel1", /did you mean "table1"\?/],
      ["table1 table2", /one experiment/],
      ["all --json", /all expects no --json/],
      ["table1 --budgte smoke", /--budgte is no option; did you mean "--budget"\?/],
      ["table1 --xyzzyx 3", /--xyzzyx is no option; --help lists them/],
      ["table1 --budget smok", /--budget expects smoke, quick or full, got "smok"; did you mean "smoke"\?/],
      ["table1 --scale huge", /--scale expects mini or paper, got "huge"/],
      ["table1 --tasks style,faces", /--tasks expects .+ got "faces"; did you mean "face"\?/],
      ["table1 --device gpu", /--device expects cpu, webgpu or cuda, got "gpu"; did you mean "cpu"\?/],
      ["table1 --device cuda --out OUT", /no such device here/],
      ["table1 --seeds 2.5", /--seeds expects a whole number from 1 to 100, got "2.5"/],
      ["table1 --seeds", /--seeds expects a value, got none/],
      ["table1 --out --json", /--out expects a value, got the option --json/],
      ["table1 --json=yes", /--json expects no value/],
      ["table1 --json --json", /given twice/],
      [
        "table1 --scale paper",
        /needs real weights and data, expected .*ip-adapter-plus_sd15.safetensors.*laion.* \(deno task models --scale paper --download fetches them\)/,
      ],
      ["table1 --scale paper --models /nowhere", /--models expects a folder, got \/nowhere/],
      ["table1 --data DIR", /--data expects --scale paper, got --scale mini/],
      [
        "table1 --scale paper --budget smoke --micro-batch 3",
        /--micro-batch expects a divisor of the batch, 4, got 3/,
      ],
      ["table1 --precision half", /--precision expects --scale paper, got --scale mini/],
      [
        "table1 --scale paper --precision double",
        /--precision expects float32 or half, got "double"/,
      ],
      ["table1 --rows instruct,fix", /--rows expects .* got "fix"/],
      [`table1 --out ${folder}/file`, /Cannot write .*: a part of the path is a file/],
      ["table1 --out /proc/nowhere", /Cannot write \/proc\/nowhere/],
      [`table1 --out OUT --cache ${folder}/file`, /Cannot write .*: a part of the path is a file/],
    ];
    for (const [args, expected] of mistakes) {
      await assert.rejects(
        () => run(args),
        (error) =>
          error instanceof UserError && expected.test(error.message) && !error.message.includes("\n"),
        args,
      );
    }
    assert.equal(ran.length, 0);
  }));

Deno.test("reproduce() stops when it is asked to and goes on afterwards", () =>
  inSession(async ({ run, ran }) => {
    const abort = new AbortController();
    const stopped = run("table1 --budget smoke --tasks face --out OUT", abort.signal);
    const watch = setInterval(() => ran.length >= 2 && abort.abort(), 1);
    await assert.rejects(() => stopped, Stopped).finally(() => clearInterval(watch));
    const before = ran.length;
    await run("table1 --budget smoke --tasks face --out OUT");
    assert.ok(before < 15 && ran.length <= 16, `${before} and ${ran.length} of 15 computed`);
  }));

Deno.test("reproduce() runs every experiment when it is asked for all", () =>
  inSession(async ({ run, folder, err }) => {
    await run("all --budget smoke --tasks style --out OUT");
    assert.deepEqual(readdirSync(join(folder, "out")), ["table1"]);
    assert.ok(err.some((line) => line.startsWith("== table1: Single-task models")));
  }));

Deno.test("reproduce() lists experiments and helps with examples when it is asked", () =>
  inSession(async ({ run, out }) => {
    await run("--list");
    await run("--help");
    assert.match(out[0] as string, /^table1 {2}Single-task models.* \(Table 1, Sec\. 4\.2 and 4\.3\)\n$/);
    assert.match(out[1] as string, /Examples:\n {2}deno task reproduce table1\n/);
  }));

Deno.test("the command line ends with code 2 and one line on the error stream when it is used wrongly", async () => {
  const script = new URL("./cli.ts", import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, "table1", "--budget", "huge"],
  }).output();
  assert.equal(code, 2);
  assert.equal(stdout.length, 0);
  assert.equal(new TextDecoder().decode(stderr), '--budget expects smoke, quick or full, got "huge"\n');
});
