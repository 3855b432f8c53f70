/** Figures at the paper's scale, by tiny models of its layout on tiny pairs. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPicture } from "../../lib/raster/mod.ts";
import type { FigureResult } from "../../lib/report/mod.ts";
import { TASKS } from "../../lib/tasks/mod.ts";
import { writeTinyPairs } from "../data/tiny_pairs.ts";
import { inTinyFolder } from "../paper/testdata/tiny_folder.ts";
import { reproduce } from "../reproduce.ts";
import { jsonSchemas } from "../json_schemas.ts";
import type { CombinationContent } from "./fig10/statements.ts";
import type { RewordingContent } from "./fig8/statements.ts";
import type { DatasetExamples } from "./fig5/example_sheet.ts";
import type { InstructionSpace } from "./fig4/instruction_space.ts";
import { FIGURES } from "./mod.ts";
import type { ScaleContent } from "./scale/statements.ts";
import type { UsesContent } from "./uses/uses.ts";

const SCHEMA = JSON.parse(readFileSync(new URL("../../results/figure.schema.json", import.meta.url), "utf8"));

Deno.test("reproduce makes Figs. 4 to 6 and 8 to 10 and the scales of weights and pairs in the user's folders, and judges what needs no oracle", () =>
  inTinyFolder(async (models) => {
    const [data, out] = [join(models, "data"), join(models, "out")];
    writeTinyPairs(data, { train: 4, val: 2 });
    cpSync(join(models, "controlnet_scribble"), join(models, "controlnet_openpose"), { recursive: true });
    const valid = (await jsonSchemas()).compile(SCHEMA);
    const run = async <Content>(id: string, ...options: readonly string[]) => {
      const said: string[] = [];
      const asked = [...["--models", models, "--data", data, "--out", out], ...options];
      await reproduce([id, "--scale", "paper", "--budget", "smoke", "--json", ...asked], FIGURES, {
        out: (text) => void said.push(text),
        err: () => {},
        terminal: false,
        width: 100,
        signal: new AbortController().signal,
        cacheFolder: join(models, "cache"),
      });
      const result = JSON.parse(said.join("")) as FigureResult<Content>;
      assert.ok(valid(result), JSON.stringify(valid.errors));
      assert.match(result.caption, /Paper scale/);
      const judged = (statement: string) => {
        const claim = result.claims.find((each) => each.id === statement);
        assert.ok(claim, statement);
        return claim.ours !== null;
      };
      return { result, content: result.content, judged };
    };

    const scales = await run<ScaleContent>("scale");
    assert.equal(scales.content.curves.length, 10);
    assert.ok(scales.content.curves.every(({ values }) => values.length === 3));
    assert.ok(scales.judged("full-scale-overpowers-text") && scales.judged("best-scale-is-advised"));
    assert.ok(scales.result.claims.every(({ evidence }) => evidence.includes("Table 1's joint model")));

    const { content: worded, judged: judgedWording } = await run<RewordingContent>("fig8");
    assert.ok(worded.ratios.every(({ mean }) => mean >= 0 && Number.isFinite(mean)));
    assert.ok(judgedWording("rewording-is-subtle") && judgedWording("many-wordings-make-robust"));
    const sheet = await readPicture(new Uint8Array(readFileSync(join(out, "fig8/paper-smoke/fig8.png"))));
    assert.ok(sheet.width > 4 * 128, `${sheet.width}`);

    const used = await run<UsesContent>("fig9");
    assert.deepEqual(
      used.content.rows,
      ["text-only", "ip-adapter-plus", "instant-style", "single-task", "instruct", "ground-truth"],
    );
    assert.deepEqual([used.content.taken["style"], used.content.taken["face"]], ["CLIP-S", "CLIP-I"]);
    const leaking = new Set(used.content.leaks.map(({ task }) => task));
    assert.deepEqual([...leaking].sort(), ["composition", "face", "object"]);
    assert.ok(used.judged("replication-kept") && used.judged("plus-carries-over"));
    assert.ok(!used.judged("plus-leaks") && !used.judged("longer-training-leaks-less"));

    const { content: combined, judged: judgedCombined } = await run<CombinationContent>("fig10");
    assert.deepEqual(combined.rows, ["control-alone", "adapter-alone", "both"]);
    assert.deepEqual(combined.agreement, { style: "edge F1" });
    assert.deepEqual(combined.taken, { style: "CLIP-S", face: "CLIP-I" });
    const scored = combined.cells.map(({ row, task, metric }) => `${task} ${metric} ${row}`);
    assert.ok(scored.includes("style control F1 both") && !scored.includes("face control F1 both"));
    const unlike = (task: string, metric: string, [one, other]: readonly [string, string]) => {
      const [a, b] = [one, other].map((row) =>
        combined.cells.find((cell) => cell.row === row && cell.task === task && cell.metric === metric)!
      );
      assert.notEqual(a!.mean, b!.mean, `${task} ${metric}`);
    };
    unlike("style", "control F1", ["adapter-alone", "both"]);
    unlike("face", "CLIP-I", ["adapter-alone", "both"]);
    unlike("face", "CLIP-I", ["control-alone", "both"]);
    assert.ok(judgedCombined("controlnet-guides") && judgedCombined("adapter-undisturbed"));
    assert.ok(!judgedCombined("lora-compatible"));
    const poses = join(data, "face/val.jsonl");
    const lines = readFileSync(poses, "utf8");
    writeFileSync(poses, lines.replaceAll('"pose":', '"other":'));
    await assert.rejects(run("fig10"), /needs .* pictures "pose" in .*face\/val\.jsonl, got none; .*--tasks/);
    const { judged: judgedStyle } = await run<CombinationContent>("fig10", "--tasks", "style");
    assert.ok(judgedStyle("controlnet-guides") && !judgedStyle("adapter-undisturbed"));
    writeFileSync(poses, lines);

    const { judged: judgedJoint } = await run<UsesContent>("fig6");
    assert.ok(judgedJoint("joint-takes-as-much"));

    const { content: { side, examples }, result: { caption } } = await run<DatasetExamples>("fig5");
    assert.deepEqual([side, examples.length], [128, 10]);
    assert.ok(examples.every(({ task, prompt }) => prompt.length > 0 && TASKS.includes(task)));
    assert.ok(!caption.includes("Art:"));

    const { content: space } = await run<InstructionSpace>("fig4");
    assert.deepEqual([space.instructions, space.heldOut], [100, 50]);
    assert.equal(space.corpora.length, 3);
  }));
