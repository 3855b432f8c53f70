import assert from "node:assert/strict";
import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/mod.ts";
import { encodePng } from "../../lib/raster/mod.ts";
import { TASKS } from "../../lib/tasks/mod.ts";
import { checkDataset, datasetText } from "./check_dataset.ts";
import { layoutText, PAPER_DATASETS } from "../paper/paper_datasets.ts";

async function inFolder(test: (folder: string, write: Writer) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dataset-"));
  mkdirSync(join(folder, "pictures"));
  try {
    await test(folder, {
      picture: (name, side) =>
        writeFileSync(
          join(folder, name),
          encodePng({ width: side, height: side + 1, pixels: new Uint8Array(3 * side * (side + 1)).fill(7) }),
        ),
      file: (name, content) => writeFileSync(join(folder, name), content),
      lines: (split, pairs) =>
        writeFileSync(
          join(folder, `${split}.jsonl`),
          pairs.map((pair) => JSON.stringify(pair) + "\n").join(""),
        ),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Writer {
  picture(name: string, side: number): void;
  file(name: string, content: Uint8Array | string): void;
  lines(split: "train" | "val", pairs: readonly unknown[]): void;
}

const STYLE = { condition: "pictures/c.png", target: "pictures/t.png", prompt: "a boat", caption: "a tree" };

Deno.test("checkDataset() finds nothing wrong with a sound folder, and says that it is smaller than the paper's", () =>
  inFolder(async (folder, { picture, lines }) => {
    for (const name of ["c", "d"]) picture(`pictures/${name}.png`, 224);
    for (const name of ["t", "u"]) picture(`pictures/${name}.png`, 512);
    lines("train", [STYLE]);
    lines("val", [{ ...STYLE, condition: "pictures/d.png", target: "pictures/u.png" }]);
    const report = await checkDataset("style", folder, { decode: 2 });
    assert.ok(report.sound, datasetText(report));
    assert.deepEqual(report.pairs, { train: 1, val: 1 });
    assert.deepEqual(report.pictures, { named: 4, decoded: 2 });
    assert.deepEqual(report.findings.map(({ what }) => what), [
      "1 pairs in train.jsonl, the paper had 20000",
      "1 pairs in val.jsonl, the paper had 1000",
    ]);
  }));

Deno.test("checkDataset() names every kind of fault, with the line it is in", () =>
  inFolder(async (folder, { picture, file, lines }) => {
    picture("pictures/c.png", 224);
    picture("pictures/t.png", 512);
    picture("pictures/small.png", 200);
    const whole = encodePng({ width: 512, height: 512, pixels: new Uint8Array(3 * 512 * 512) });
    file("pictures/cut.png", whole.subarray(0, whole.length - 20));
    file("pictures/text.png", "no picture");
    symlinkSync("loop.png", join(folder, "pictures/loop.png"));
    const { caption: _, ...short } = STYLE;
    lines("train", [
      STYLE,
      short,
      { ...STYLE, prompt: " " },
      { ...STYLE, target: "../secret.png" },
      { ...STYLE, target: "pictures/none.png" },
      { ...STYLE, target: "pictures/small.png" },
      { ...STYLE, target: "pictures/cut.png" },
      { ...STYLE, target: "pictures/text.png", colour: 1 },
      { ...STYLE, condition: undefined },
      [1],
      { ...STYLE, target: `pictures/${"x".repeat(300)}.png` },
      { ...STYLE, target: "pictures/loop.png" },
    ]);
    lines("val", [STYLE]);
    const { sound, findings } = await checkDataset("style", folder, { decode: 100 });
    assert.equal(sound, false);
    const wrong = Object.fromEntries(
      findings.filter(({ kind }) => kind === "wrong").map(({ what, places }) => [what, places.join()]),
    );
    assert.deepEqual(wrong, {
      '"prompt" is no text, or empty': "train.jsonl:3",
      '"target" lies outside the folder': "train.jsonl:4",
      '"condition" is missing': "train.jsonl:9",
      "a line is no JSON object": "train.jsonl:10",
      "a pair of the training is also in the validation": "val.jsonl:1",
      "a picture is not there": `pictures/none.png (train.jsonl:5),pictures/${
        "x".repeat(300)
      }.png (train.jsonl:11),pictures/loop.png (train.jsonl:12)`,
      "a picture is unfit: expected a shorter side of 512 pixels or more":
        "pictures/small.png (train.jsonl:6)",
      "a picture is unfit: expected a whole PNG, got a truncated or damaged one":
        "pictures/cut.png (train.jsonl:7)",
      "a picture is unfit: expected a PNG, JPEG or WebP picture, got 10 bytes of something else":
        "pictures/text.png (train.jsonl:8)",
    });
    const notes = findings.filter(({ kind }) => kind === "note").map(({ what }) => what);
    assert.ok(notes.includes('"caption" is missing, which is optional'));
    assert.ok(notes.includes('"colour" is no field of this task and is not read'));
    assert.ok(notes.includes("a pair occurs twice"));
  }));

Deno.test("checkDataset() knows a pair of the training in the validation however its files are written", () =>
  inFolder(async (folder, { picture, lines }) => {
    picture("pictures/c.png", 224);
    picture("pictures/t.png", 512);
    symlinkSync("t.png", join(folder, "pictures/link.png"));
    symlinkSync("pictures", join(folder, "also"));
    linkSync(join(folder, "pictures/c.png"), join(folder, "hard.png"));
    for (
      const other of [
        { condition: "./pictures/c.png" },
        { target: "pictures/../pictures//t.png" },
        { target: "pictures/link.png" },
        { condition: "also/c.png", target: "also/link.png" },
        { condition: "hard.png" },
      ]
    ) {
      lines("train", [STYLE]);
      lines("val", [{ ...STYLE, ...other }]);
      const { findings, pictures } = await checkDataset("style", folder, { decode: 0 });
      assert.deepEqual(
        findings.filter(({ kind }) => kind === "wrong").map(({ what }) => what),
        ["a pair of the training is also in the validation"],
      );
      assert.equal(pictures.named, 2);
    }
  }));

Deno.test("checkDataset() reads lines as JSON Lines has them, and names those that are no UTF-8", () =>
  inFolder(async (folder, { picture, file, lines }) => {
    picture("pictures/c.png", 224);
    picture("pictures/t.png", 512);
    picture("pictures/u.png", 512);
    const pair = JSON.stringify({ ...STYLE, caption: "two\u2028lines" });
    assert.ok(pair.includes("\u2028"));
    file("train.jsonl", `\ufeff${pair}\r\n\n`);
    lines("val", [{ ...STYLE, target: "pictures/u.png" }]);
    const sound = await checkDataset("style", folder, { decode: 0 });
    assert.ok(sound.sound, datasetText(sound));
    assert.deepEqual(sound.pairs, { train: 1, val: 1 });
    const latin = Uint8Array.from(
      JSON.stringify({ ...STYLE, caption: "caf\u00e9" }) + "\n",
      (letter) => letter.charCodeAt(0),
    );
    file("train.jsonl", latin);
    const broken = await checkDataset("style", folder, { decode: 0 });
    assert.deepEqual(
      broken.findings.find(({ what }) => what === "a line is no UTF-8 text")?.places,
      ["train.jsonl:1"],
    );
    file("train.jsonl", JSON.stringify({ ...STYLE, caption: "x" }).replace('"x"', '"\\ud83d"'));
    const half = await checkDataset("style", folder, { decode: 0 });
    assert.ok(half.findings.some(({ what }) => what === '"caption" holds half a character'));
  }));

Deno.test("checkDataset() says in one sentence that a folder or its lines are missing", () =>
  inFolder(async (folder, { lines }) => {
    lines("train", []);
    const fails = (path: string, message: RegExp) =>
      assert.rejects(
        checkDataset("face", path, { decode: 0 }),
        (error) => error instanceof UserError && message.test(error.message),
      );
    await fails(folder, /expected val\.jsonl in .*; --help shows the layout/);
    await fails(join(folder, "nowhere"), /expects a folder, got .*nowhere/);
  }));

Deno.test("layoutText() shows every task's fields and what the paper had", () => {
  for (const task of TASKS) {
    const text = layoutText(task);
    for (const { name } of PAPER_DATASETS[task].fields) {
      assert.ok(text.includes(`\n  ${name}`), `${task}: ${name}`);
    }
  }
  assert.match(layoutText("replication"), /42,000 pairs/);
});

Deno.test("deno task data ends with 2 and one line for a mistake, with 1 for a folder that is wrong", () =>
  inFolder(async (folder, { lines }) => {
    lines("train", [STYLE]);
    lines("val", [STYLE]);
    const cli = fileURLToPath(new URL("./cli.ts", import.meta.url));
    const run = async (...args: string[]) => {
      const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "--no-check", cli, ...args] });
      const { code, stdout, stderr } = await command.output();
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
      return { code, out: text(stdout), err: text(stderr) };
    };
    const mistake = await run("check", "--task", "styl", folder);
    assert.deepEqual([mistake.code, mistake.out], [2, ""]);
    assert.match(mistake.err, /^--task expects .* got "styl"; did you mean "style"\?$/);
    const wrong = await run("check", "--scale", "paper", "--task", "style", folder, "--json");
    assert.equal(wrong.code, 1);
    assert.equal(JSON.parse(wrong.out).sound, false);
  }));
