import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { readPicture } from "../../lib/raster/mod.ts";
import { ABLATION_STATEMENTS, type AblationsContent } from "./ablations/statements.ts";
import { COMMITTED_FREE, CONTROL } from "./control/record.ts";
import { COMMITTED } from "./uses/use_rows.ts";
import { CONTROL_STATEMENTS, type ControlContent } from "./control/statements.ts";
import { type CombinationContent } from "./fig10/statements.ts";
import { type FigureResult } from "../../lib/report/mod.ts";
import { type InstructionSpace } from "./fig4/instruction_space.ts";
import { readMapPoints } from "./fig4/map_points.ts";
import { type RewordingContent } from "./fig8/statements.ts";
import { type ScaleContent } from "./scale/statements.ts";
import { type TrainingCurves } from "./fig7/curves.ts";
import { type UsesContent } from "./uses/uses.ts";
import { loadFigures } from "./figure.ts";
import { FIGURES } from "./mod.ts";
import { checkpointPath } from "../mini/checkpoints.ts";
import { report } from "../report/cli.ts";
import { renderedStills } from "../report/entries.ts";
import { reproduce } from "../reproduce.ts";
import { jsonSchemas } from "../json_schemas.ts";

const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
const SCHEMA = JSON.parse(readFileSync(new URL("../../results/figure.schema.json", import.meta.url), "utf8"));
const valid = (await jsonSchemas()).compile(SCHEMA);

async function smoke(
  test: (session: { folder: string; run(id: string): Promise<FigureResult> }) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), "figures-"));
  try {
    await test({
      folder,
      async run(id) {
        const out: string[] = [];
        await reproduce([id, "--budget", "smoke", "--out", folder, "--json"], FIGURES, {
          out: (text) => out.push(text),
          err: () => {},
          terminal: false,
          width: 100,
          signal: new AbortController().signal,
          cacheFolder: CACHE,
        });
        const result = JSON.parse(out.join("")) as FigureResult;
        assert.ok(valid(result), JSON.stringify(valid.errors));
        for (const said of ["Mini scale", "Smoke budget", "seed 1"]) {
          assert.ok(result.caption.includes(said), said);
        }
        return result;
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A figure's sheet, checked to be a picture of many colours. */
async function sheetOf(folder: string, id: string): Promise<void> {
  const bytes = readFileSync(join(folder, id, "mini-smoke", `${id}.png`));
  const { width, height, pixels } = await readPicture(Uint8Array.from(bytes));
  assert.ok(width > 500 && height > 300, `${width}×${height}`);
  assert.ok(new Set(pixels).size > 50);
}

Deno.test("reproduce fig2 and fig3 render the counted parts, and report shows them", () =>
  smoke(async ({ folder, run }) => {
    for (const id of ["fig2", "fig3"]) {
      await run(id);
      const svg = readFileSync(join(folder, id, "mini-smoke", `${id}.svg`), "utf8");
      assert.match(svg, id === "fig2" ? /19\.2 M/ : /19\.7 M/);
      assert.doesNotMatch(svg, /NaN|undefined/);
    }
    assert.match(await report(["--out", folder]), /fig2 \(mini, smoke\), fig3/);
    const page = readFileSync(join(folder, "report.html"), "utf8");
    assert.ok(page.includes('id="fig2"') && page.includes("Fig. 4: deno task reproduce fig4"));
    assert.doesNotMatch(page, /https?:\/\/(?!www\.w3\.org)[^"]*\.js/);
  }));

Deno.test("reproduce fig4 gives every instruction a place, with qualities and verdicts in their ranges", () =>
  smoke(async ({ folder, run }) => {
    const { content, claims } = await run("fig4") as FigureResult<InstructionSpace>;
    const points = readMapPoints(readFileSync(join(folder, "fig4/mini-smoke/points.jsonl"), "utf8"));
    assert.equal(points.length, 505);
    assert.equal(points.filter(({ fixed }) => fixed).length, 5);
    const [filtered, keyworded, unfiltered] = content.corpora;
    assert.equal(filtered?.foreign, 0);
    assert.equal(keyworded?.foreign, 0);
    assert.ok(unfiltered!.foreign > 0.3);
    assert.ok(filtered!.purity.mean > unfiltered!.purity.mean);
    assert.ok(keyworded!.purity.mean > filtered!.purity.mean);
    for (const layout of content.layouts) {
      for (const score of [layout.trustworthiness, layout.continuity, layout.preservation, layout.purity]) {
        assert.ok(score > 0.05 && score <= 1, `${layout.method} ${score}`);
      }
    }
    const [tsne, , pca] = content.layouts;
    assert.ok(tsne!.preservation > pca!.preservation);
    assert.equal(claims.length, 4);
  }));

Deno.test("reproduce fig5 names the object in the object task's instructions and shows every pair", () =>
  smoke(async ({ folder, run }) => {
    const { content } = await run("fig5");
    const { examples } = content as { examples: { task: string; instruction: string }[] };
    assert.equal(examples.length, 10);
    for (const { task, instruction } of examples) {
      if (task === "object") assert.doesNotMatch(instruction, /\bobject/i);
    }
    await sheetOf(folder, "fig5");
  }));

Deno.test("reproduce fig7 renders a curve of both models for every score of Table 1, and judges them", () =>
  smoke(async ({ run }) => {
    const { content, claims } = await run("fig7") as FigureResult<TrainingCurves>;
    assert.equal(content.curves.length, 20);
    for (const { steps, mean, n, seeds } of content.curves) {
      assert.deepEqual([steps, n, seeds], [[0, 6], 2, [{ seed: 1, scores: mean }]]);
      assert.ok(mean.every(Number.isFinite));
    }
    const apart: number[] = [];
    for (const single of content.curves.filter(({ row }) => row === "single-task")) {
      const { task, metric } = single;
      const joint = content.curves.find((each) =>
        each.row === "instruct" && each.task === task && each.metric === metric
      );
      const [start, end] = single.mean as [number, number];
      const [jointStart, jointEnd] = joint!.mean as [number, number];
      assert.equal(jointStart, start);
      assert.ok(end !== start && jointEnd !== end, `${task} ${metric}`);
      if (task === "style" || task === "face") apart.push((jointEnd - end) / Math.abs(end));
    }
    assert.deepEqual(claims.map(({ id }) => id), ["joint-rises-as-fast", "joint-arrives-as-early"]);
    assert.ok(Math.abs(claims[0]!.ours! - apart.reduce((a, b) => a + b, 0) / apart.length) < 1e-12);
    for (const { low, high, verdict } of claims) {
      assert.deepEqual([low, high, verdict], [null, null, "inconclusive"]); // one seed
    }
  }));

Deno.test("reproduce fig6 shows both models on four tasks from Table 1's scores", () =>
  smoke(async ({ folder, run }) => {
    const { content, claims } = await run("fig6") as FigureResult<UsesContent>;
    assert.deepEqual(content.rows, ["single-task", "instruct"]);
    assert.ok(!content.cells.some(({ task }) => task === "replication"));
    assert.equal(content.leaks.length, 0);
    assert.equal(claims.length, 1);
    await sheetOf(folder, "fig6");
  }));

Deno.test("reproduce fig8 measures wordings against noises in three spaces", () =>
  smoke(async ({ folder, run }) => {
    const { content, claims } = await run("fig8") as FigureResult<RewordingContent>;
    assert.equal(content.ratios.length, 3 * 6);
    // After six steps the instruction hardly matters, and pixels are whole numbers.
    assert.ok(content.ratios.every(({ mean, space }) => space === "pixel" ? mean >= 0 : mean > 0));
    assert.equal(content.spreads.length, 2 * 6);
    assert.ok(content.levels!.mean >= 0);
    assert.equal(claims.length, 4);
    assert.ok(claims.every(({ ours }) => ours !== null));
    await sheetOf(folder, "fig8");
  }));

Deno.test("reproduce control shows every instruction's pictures of the same conditions, and what each takes", () =>
  smoke(async ({ folder, run }) => {
    const { content, claims } = await run("control") as FigureResult<ControlContent>;
    assert.deepEqual(content.models.map(({ row }) => row), CONTROL.rows.map(({ row }) => row));
    const steps = (row: string) => content.models.find((model) => model.row === row)!.steps;
    assert.equal(steps("instruct"), 6);
    assert.equal(steps("ip-adapter-plus"), null);
    assert.ok((steps(COMMITTED) as number) > 6 && steps(COMMITTED) === steps(COMMITTED_FREE));
    const of = (row: string, task: string, aspect: string) =>
      content.entries.find((entry) =>
        entry.row === row && entry.task === task && entry.aspect === aspect && entry.scorer === "oracle"
      )?.mean;
    assert.equal(of("ground-truth", "replication", "everything"), 1);
    assert.equal(of("ground-truth", "composition", "layout"), 1);
    // IPAdapter+ has one picture for all instructions that a condition allows; the free wordings give others.
    assert.equal(
      of("ip-adapter-plus", "replication", "everything"),
      of("ip-adapter-plus", "style", "everything"),
    );
    assert.notEqual(of(COMMITTED, "replication", "everything"), of(COMMITTED, "style", "everything"));
    assert.notEqual(of(COMMITTED, "style", "everything"), of(COMMITTED_FREE, "style", "everything"));
    assert.deepEqual(claims.map(({ id }) => id), CONTROL_STATEMENTS.map(({ id }) => id));
    await sheetOf(folder, "control");
  }));

Deno.test("reproduce fig9 measures what each model takes and leaks; at scale 0 the adapter is not there", () =>
  smoke(async ({ folder, run }) => {
    const { content, claims } = await run("fig9") as FigureResult<UsesContent>;
    assert.equal(content.rows.length, 7);
    assert.equal(content.leaks.length, 4 * 5 + 1); // InstantStyle is for style alone
    const cell = (row: string, task: string, metric: string) =>
      content.cells.find((each) => each.row === row && each.task === task && each.metric === metric)?.mean;
    // A mean of cosines of a picture with itself, rounded.
    assert.ok(Math.abs(cell("ground-truth", "replication", "CLIP-I")! - 1) < 1e-12);
    assert.equal(cell("ground-truth", "style", content.taken["style"]!), 1);
    assert.notEqual(cell("text-only", "style", "CLIP-S"), cell("instruct", "style", "CLIP-S"));
    assert.notEqual(cell("committed", "style", "CLIP-S"), cell("instruct", "style", "CLIP-S"));
    assert.equal(claims.length, 7);
    assert.ok(claims.every(({ ours }) => ours !== null));
    await sheetOf(folder, "fig9");
  }));

const combined = ["controlnet-scribble", "controlnet-pose", "lora-comic"] as const;

Deno.test({
  name:
    "reproduce fig10 measures control and condition in four combinations, the ControlNet alone without the adapter",
  ignore: !combined.every((part) => existsSync(checkpointPath(part))),
  fn: () =>
    smoke(async ({ folder, run }) => {
      const { content, claims } = await run("fig10") as FigureResult<CombinationContent>;
      assert.equal(content.cells.length, 2 * 4 * 2 + 4); // the LoRA's family of style's
      assert.ok(content.cells.every(({ mean }) => mean >= 0 && mean <= 1));
      assert.equal(claims.length, 5);
      assert.ok(claims.every(({ ours }) => ours !== null));
      await sheetOf(folder, "fig10");
    }),
});

Deno.test("reproduce scale gives ten curves over the scales, and their best trade", () =>
  smoke(async ({ run }) => {
    const { content, claims } = await run("scale") as FigureResult<ScaleContent>;
    assert.deepEqual(content.scales, [0, 0.8, 1]);
    assert.equal(content.curves.length, 10);
    assert.ok(content.curves.every(({ values }) => values.length === 3));
    assert.ok(content.scales.includes(content.best!.mean));
    assert.equal(claims.length, 2);
  }));

Deno.test("reproduce ablations trains the joint model in seven other ways and gives it instructions that it was not trained for", () =>
  smoke(async ({ folder, run }) => {
    const { content, claims } = await run("ablations") as FigureResult<AblationsContent>;
    assert.deepEqual(content.rows, [
      ...["tokens", "one-hot", "unfiltered", "paper-sourced", "unclip"],
      ...["without-style", "without-object"],
    ]);
    assert.equal(content.differences.length, 7 * 6);
    assert.equal(content.untrained.length, 2 * 3 * 3);
    assert.equal(content.overridden.length, 4 * 3);
    // Every model is another one: no two rows have the same numbers on all tasks.
    const numbers = content.rows.map((row) =>
      JSON.stringify(content.differences.filter((each) => each.row === row).map(({ mean }) => mean))
    );
    assert.equal(new Set(numbers).size, 7);
    const score = (row: string, metric: string) =>
      content.overridden.find((each) => each.row === row && each.metric === metric)!.mean;
    // Colours are shares; without the image the picture is another one.
    assert.ok(
      content.overridden.every(({ mean, metric }) => metric !== "colours" || (mean >= 0 && mean <= 1)),
    );
    assert.notEqual(score("text-only", "colours"), score("own-instruction", "colours"));
    assert.ok(content.moved!.mean >= 0 && content.effect !== null);
    assert.deepEqual(claims.map(({ id }) => id), ABLATION_STATEMENTS.map(({ id }) => id));
    assert.ok(claims.every(({ ours }) => ours !== null));
    await sheetOf(folder, "ablations");
  }));

Deno.test("report says in one sentence that there is nothing to show", async () => {
  await assert.rejects(report(["--out", "/nowhere"]), /needs a result in \/nowhere, found none/);
});

Deno.test("the plots and diagrams in results/ are what their results render", async () => {
  const stills = await renderedStills("results", await loadFigures(FIGURES));
  assert.ok(stills.size >= 10, `${stills.size} graphics`);
  for (const [path, content] of stills) {
    const kept = readFileSync(join("results", path));
    assert.ok(kept.equals(Buffer.from(content)), `${path} is of another version: deno task report --render`);
  }
});
