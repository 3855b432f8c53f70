import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { UserError } from "../../../lib/engine/mod.ts";
import { completion, withChatServer } from "../../../lib/instructions/testdata/stand_in_chat.ts";
import { encodePng, onWhite, readPicture } from "../../../lib/raster/mod.ts";
import type { TaskId } from "../../../lib/tasks/mod.ts";
import { inTinyFolder } from "../../paper/testdata/tiny_folder.ts";
import { checkDataset, datasetText } from "../check_dataset.ts";
import { inFolder } from "../testdata/in_folder.ts";
import { tinyScene, writeCaptionedFolder, writeCeleba, writeCoco } from "../tiny_pictures.ts";
import { writeTar } from "../testdata/write_tar.ts";
import { buildCommand } from "./build_command.ts";
import { combination } from "./in_style.ts";

const build = (task: TaskId, folder: string, options: Readonly<Record<string, string>>) =>
  buildCommand(task, folder, { values: new Map(Object.entries(options)) });

/** What the tiny models take. */
const TINY = { side: "16", steps: "2" };
const FEW = { count: "5", validation: "2" };
const userError = (pattern: RegExp) => (error: unknown) =>
  error instanceof UserError && pattern.test(error.message);

function pairs(folder: string, split: "train" | "val"): Record<string, string>[] {
  return readFileSync(join(folder, `${split}.jsonl`), "utf8").trim().split("\n").map((line) =>
    JSON.parse(line)
  );
}

/** The files that a reader sees, with their bytes. */
function files(folder: string): Map<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.endsWith("build"))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort().map((path) => [path.slice(folder.length), readFileSync(path).toBase64()]),
  );
}

async function sound(task: TaskId, folder: string): Promise<void> {
  const report = await checkDataset(task, folder, { decode: 100 });
  assert.ok(report.sound, datasetText(report));
}

const picture = async (folder: string, path: string | undefined) =>
  onWhite(await readPicture(readFileSync(join(folder, path as string))));

/** Captions for pictures 000001 … in a file. */
function writeCaptions(path: string, count: number): void {
  const lines = Array.from({ length: count }, (_, i) => {
    const image = `${i + 1}`.padStart(6, "0");
    return JSON.stringify({ image: `any/${image}.jpg`, caption: `caption of ${image}` });
  });
  writeFileSync(path, lines.join("\n"));
}

Deno.test("replication: a seeded subset with its captions, checked as sound, the damaged picture listed", () =>
  inFolder(async (folder) => {
    const [source, out] = [join(folder, "source"), join(folder, "out")];
    writeCaptionedFolder(source, 12);
    const all = { pictures: source, count: "11", validation: "1" };
    const { train, val, made, complete } = await build("replication", out, all);
    assert.deepEqual([train, val, made, complete], [11, 1, 12, true]);
    await sound("replication", out);
    for (const { condition, prompt } of pairs(out, "train")) {
      assert.match(prompt as string, /^square \d+$/);
      const { width, height } = await picture(out, condition);
      assert.deepEqual([width, height], [683, 512]);
    }
    const broken = readFileSync(join(out, "broken.jsonl"), "utf8");
    if (broken !== "") assert.match(broken, /^\{"place":"damaged\.png","why":"expected a whole PNG/);
    assert.match(
      readFileSync(join(out, "NOTICE.md"), "utf8"),
      /13 pictures, 13 with captions\); licence: .*LICENSE/,
    );

    const again = await build("replication", out, all);
    assert.equal(again.made, 0);

    // Another seed is another folder's.
    await assert.rejects(
      build("replication", out, { ...all, seed: "2" }),
      userError(/got another seed \(1 then, 2 now\): choose another folder$/),
    );
    writeFileSync(join(source, "000001.txt"), "another caption");
    await assert.rejects(build("replication", out, all), userError(/got another sources/));
  }));

Deno.test("the same pairs come of one run, of a run for fewer and one for more, and of one at a time", () =>
  inFolder(async (folder) => {
    const source = join(folder, "source");
    writeCaptionedFolder(source, 9);
    const [once, twice] = [join(folder, "once"), join(folder, "twice")];
    await build("replication", once, { ...FEW, pictures: source, parallel: "3" });
    await build("replication", twice, { ...FEW, pictures: source, count: "2", parallel: "1" });
    const more = await build("replication", twice, { ...FEW, pictures: source, parallel: "1" });
    assert.equal(more.made, 3);
    assert.deepEqual(files(twice), files(once));
    // A picture that is gone is made again; a journal that was cut goes on before the cut.
    rmSync(join(once, pairs(once, "train")[0]!.condition as string));
    const journal = join(once, "build/journal.jsonl");
    appendFileSync(journal, '{"id":"00');
    assert.equal((await build("replication", once, { ...FEW, pictures: source })).made, 1);
    assert.deepEqual(files(once), files(twice));
    writeFileSync(journal, readFileSync(journal, "utf8").trimEnd());
    rmSync(join(once, pairs(once, "val")[0]!.condition as string));
    assert.equal((await build("replication", once, { ...FEW, pictures: source })).made, 1);
    assert.equal((await build("replication", once, { ...FEW, pictures: source })).made, 0);
    assert.deepEqual(files(once), files(twice));
  }));

Deno.test("no picture is in both splits, however its lines spell it", () =>
  inFolder(async (folder) => {
    for (const name of ["0", "1"]) {
      writeFileSync(join(folder, `${name}.png`), encodePng(tinyScene(name).picture));
    }
    symlinkSync(join(folder, "0.png"), join(folder, "link.png"));
    const write = (names: readonly string[]) =>
      writeFileSync(
        join(folder, "all.jsonl"),
        names.map((image) => JSON.stringify({ image, text: `of ${image}` })).join("\n"),
      );
    const options = { pictures: join(folder, "all.jsonl"), count: "1", validation: "1" };
    const same = ["0.png", "./0.png", "link.png"];
    write(same);
    await assert.rejects(
      build("replication", join(folder, "none"), options),
      userError(/leaves none to train \(all are held out\)$/),
    );
    write([...same, "1.png"]);
    const out = join(folder, "out");
    await build("replication", out, options);
    const [held, trained] = (["val", "train"] as const).map((split) =>
      pairs(out, split).map(({ prompt }) => prompt === "of 1.png")
    );
    assert.notDeepEqual(held, trained);
  }));

Deno.test("what of --captions cannot be used is listed by file and line", () =>
  inFolder(async (folder) => {
    const [source, captions, out] = [join(folder, "source"), join(folder, "c.jsonl"), join(folder, "out")];
    writeCaptionedFolder(source, 4);
    const lines = [
      '{"image":"000001.png","caption":"caf\xe9"}',
      "{",
      '{"image":"000002.png","caption":"two"}',
    ];
    writeFileSync(captions, lines.join("\n"), "latin1");
    await build("replication", out, { pictures: source, captions, count: "2", validation: "1" });
    const broken = readFileSync(join(out, "broken.jsonl"), "utf8").trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(broken.slice(0, 2), [
      { place: "c.jsonl:1", why: "a line is no UTF-8 text, or far too long" },
      { place: "c.jsonl:2", why: "a line is no JSON object" },
    ]);
  }));

Deno.test("object: the box in the middle of one colour, its name, and the whole picture", () =>
  inFolder(async (folder) => {
    writeCoco(folder, 8);
    const [out, captions] = [join(folder, "out"), join(folder, "captions.jsonl")];
    writeCaptions(captions, 8);
    const options = {
      ...FEW,
      coco: join(folder, "instances.json"),
      pictures: join(folder, "pictures"),
      captions,
    };
    const { train, val } = await build("object", out, options);
    assert.deepEqual([train, val], [5, 2]);
    await sound("object", out);
    for (const { condition, target, object, prompt } of pairs(out, "train")) {
      assert.equal(object, "square [red]");
      const [, name] = /^caption of (\d+)$/.exec(prompt as string) ?? [];
      const { picture: scene, box } = tinyScene(name as string);
      const seen = await picture(out, condition);
      assert.deepEqual([seen.width, seen.height], [224, 224]);
      const own = 3 * (scene.width * Math.floor(box[1] + box[3] / 2) + Math.floor(box[0] + box[2] / 2));
      const centre = 3 * (224 * 112 + 112);
      for (let c = 0; c < 3; c++) {
        assert.ok(Math.abs(seen.pixels[centre + c]! - scene.pixels[own + c]!) < 12, "the square's colour");
      }
      assert.equal((await picture(out, target)).height, 512);
    }
    const corners = await Promise.all(
      pairs(out, "train").map(async ({ condition }) =>
        [...(await picture(out, condition)).pixels.subarray(0, 3)].join()
      ),
    );
    assert.ok(new Set(corners).size > 1, "the padding's colour is random");
  }));

Deno.test("face: two pictures of one person, half of the conditions zoomed, nobody held out is trained on", () =>
  inFolder(async (folder) => {
    writeCeleba(folder, { people: 6, each: 4 });
    const captions = join(folder, "captions.jsonl");
    writeCaptions(captions, 24);
    const who = new Map(
      readFileSync(join(folder, "identity.txt"), "utf8").trim().split("\n").map((line) =>
        line.replace(".png", "").split(" ") as [string, string]
      ),
    );
    for (const faces of ["boxes.txt", "landmarks.txt"]) {
      const out = join(folder, `out-${faces}`);
      const { train, val } = await build("face", out, {
        ...{ count: "8", validation: "2", captions },
        identities: join(folder, "identity.txt"),
        faces: join(folder, faces),
        pictures: join(folder, "pictures"),
      });
      assert.deepEqual([train, val], [8, 2]);
      await sound("face", out);
      const person = ({ prompt }: Record<string, string>) => who.get(/\d+$/.exec(prompt as string)![0]);
      const held = new Set(pairs(out, "val").map(person));
      assert.equal(held.size, 2);
      for (const { pose, target } of pairs(out, "val")) {
        assert.equal(pose !== undefined, faces === "landmarks.txt");
        if (pose === undefined) continue;
        const [drawn, shown] = [await picture(out, pose), await picture(out, target)];
        assert.ok(Math.abs(drawn.width / drawn.height - shown.width / shown.height) < 0.01);
        const red = drawn.pixels.filter((value, i) => i % 3 === 0 && value > 200);
        assert.ok(red.length > 20, `${red.length} red pixels`);
      }
      assert.ok(pairs(out, "train").every((pair) => !held.has(person(pair))));
      const square = await Promise.all(
        pairs(out, "train").map(async ({ condition }) => {
          const { width, height } = await picture(out, condition);
          return width === height;
        }),
      );
      const zoomed = square.filter((is) => is).length;
      assert.ok(zoomed > 1 && zoomed < 7, `${zoomed} of 8`);
      const journal = readFileSync(join(out, "build/journal.jsonl"), "utf8").trim().split("\n");
      for (const line of journal) {
        const { id } = JSON.parse(line) as { id: string };
        const [own, one, other] = /^(\d+):(\d+)\+(\d+)$/.exec(id)!.slice(1);
        assert.deepEqual([who.get(one!), who.get(other!)], [own, own]);
      }
    }
  }));

Deno.test("composition: the middle square, and what the scribble ControlNet makes of its edges with its caption", () =>
  inTinyFolder(async (models) => {
    const [source, out] = [join(models, "source"), join(models, "out")];
    writeCaptionedFolder(source, 8);
    const plain = tinyScene("plain").picture;
    writeFileSync(join(source, "plain.png"), encodePng({ ...plain, pixels: plain.pixels.map(() => 90) }));
    writeFileSync(join(source, "plain.txt"), "nothing");
    writeFileSync(join(source, "000001.txt"), "a caption of far too many words for its encoder");
    const options = { pictures: source, models, ...TINY };
    const { train, val } = await build("composition", out, { ...options, count: "3", validation: "1" });
    assert.deepEqual([train, val], [3, 1]);
    const more = await build("composition", out, { ...options, validation: "1" });
    assert.deepEqual([more.train, more.made, more.complete], [6, 3, true]);
    await sound("composition", out);
    for (const { condition, target, prompt } of pairs(out, "train")) {
      const name = `${/\d+$/.exec(prompt as string)}`.padStart(6, "0");
      const { picture: scene } = tinyScene(name);
      const seen = await picture(out, condition), made = await picture(out, target);
      assert.deepEqual([seen.width, seen.height, made.width, made.height], [224, 224, 512, 512]);
      const at = (x: number, y: number) => 3 * (scene.width * y + x), middle = 3 * (224 * 112 + 112);
      const near = [47, 48].some((x) => Math.abs(scene.pixels[at(x, 36)]! - seen.pixels[middle]!) < 40);
      assert.ok(near, "the condition is the source's middle");
    }
    const broken = readFileSync(join(out, "broken.jsonl"), "utf8");
    assert.match(broken, /\{"place":"plain\.png","why":"it has no edges"\}/);
    assert.match(broken, /\{"place":"000001\.png","why":"Encoding \\"a caption.*expected at most 14 pieces/);
    assert.match(
      readFileSync(join(out, "NOTICE.md"), "utf8"),
      /weights \(controlnet\): .*SHA-256 [0-9a-f]{16}/,
    );
    const again = await build("composition", join(models, "again"), { ...options, validation: "1" });
    assert.equal(again.made, 7);
    assert.deepEqual(files(join(models, "again")), files(out));
    // Other weights or settings are other pairs.
    await assert.rejects(
      build("composition", out, { ...options, validation: "1", steps: "3" }),
      userError(/got another sources/),
    );
    await assert.rejects(
      build("composition", out, { ...options, steps: "0" }),
      userError(/^--steps expects/),
    );
    await assert.rejects(
      build("composition", out, { ...options, strength: "9" }),
      userError(/^--strength expects/),
    );
    await assert.rejects(
      build("composition", out, { ...options, device: "gpu" }),
      userError(/^--device expects cpu, webgpu or cuda/),
    );
    await assert.rejects(
      build("composition", out, { ...options, models: source }),
      userError(/Loading the prompt encoder .* failed: expected text_encoder/),
    );
  }));

Deno.test("style: prompts of elsewhere, InstantStyle's targets, and no condition that is held out in training", () =>
  inTinyFolder(async (models) => {
    const [source, out, prompts] = [join(models, "source"), join(models, "out"), join(models, "prompts.txt")];
    writeCaptionedFolder(source, 4);
    writeFileSync(prompts, "a boat\na tree\na tower\n");
    const options = { conditions: source, prompts, models, ...TINY, count: "6", validation: "1" };
    const { train, val, complete } = await build("style", out, options);
    assert.deepEqual([train, val, complete], [6, 1, true]);
    await sound("style", out);
    const trained = pairs(out, "train"), [held] = pairs(out, "val");
    assert.ok(trained.every(({ condition }) => condition !== held!.condition));
    assert.ok(trained.every(({ prompt }) => /^a (boat|tree|tower)$/.test(prompt as string)));
    assert.ok(trained.every(({ caption }) => /^square \d/.test(caption as string)));
    assert.equal(new Set(trained.map(({ condition, prompt }) => `${condition} ${prompt}`)).size, 6);
    assert.equal(
      new Set(trained.map(({ target }) => readFileSync(join(out, target as string)).toBase64())).size,
      6,
    );
    assert.equal((await build("style", out, options)).made, 0);
    await assert.rejects(
      build("style", join(models, "b"), { ...options, prompts: join(models, "none.txt") }),
      userError(/^--prompts expects .* which is not there$/),
    );
  }));

Deno.test("combination() goes through all pairs of two lists before one comes again", () => {
  for (const [first, second] of [[4, 6], [3, 5], [1, 7], [6, 6]] as const) {
    const all = Array.from({ length: first * second }, (_, k) => combination(k, first, second).join());
    assert.equal(new Set(all).size, first * second);
    assert.deepEqual(
      all.slice(0, Math.min(first, second)).map((pair) => pair.split(",")[0]),
      all.slice(0, Math.min(first, second)).map((_, k) => `${k}`),
    );
  }
});

Deno.test("captions come from a language model that sees pictures; when it fails what was built stays, and the same command goes on", () =>
  inFolder(async (folder) => {
    writeCoco(folder, 8);
    const out = join(folder, "out");
    const options = {
      ...FEW,
      coco: join(folder, "instances.json"),
      pictures: join(folder, "pictures"),
      parallel: "1",
    };
    const good = completion("A square on a plain ground.");
    await withChatServer([good, good, good, { status: 401, body: "no more" }], async ({ url }) => {
      await assert.rejects(
        build("object", out, { ...options, llm: url, model: "seer" }),
        userError(/^Asking seer at .* failed: it answered with status 401, no more$/),
      );
    });
    assert.ok(!existsSync(join(out, "train.jsonl")));
    await withChatServer([good], async ({ url }, requests) => {
      const { made, train } = await build("object", out, { ...options, llm: url, model: "seer" });
      assert.deepEqual([made, train, requests.length], [4, 5, 4]);
    });
    await sound("object", out);
    assert.ok(pairs(out, "train").every(({ prompt }) => prompt === "A square on a plain ground."));
  }));

Deno.test("a build that is killed at any time ends with the same files", () =>
  inFolder(async (folder) => {
    const [source, out, whole] = [join(folder, "source"), join(folder, "out"), join(folder, "whole")];
    writeCaptionedFolder(source, 16);
    const options = { pictures: source, count: "12", validation: "3" };
    const cli = fileURLToPath(new URL("../cli.ts", import.meta.url));
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    for (const lines of [2, 7]) {
      const child = spawn(Deno.execPath(), [
        ...["run", "-A", "--no-check", cli, "build", "--task", "replication", out, "--parallel", "2"],
        ...args,
      ], { stdio: "ignore" });
      const ended = new Promise((resolve) => child.once("exit", resolve));
      const journal = join(out, "build/journal.jsonl");
      const written = () => existsSync(journal) ? readFileSync(journal, "utf8").split("\n").length - 1 : 0;
      while (child.exitCode === null && written() < lines) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      child.kill("SIGKILL");
      await ended;
      assert.ok(!existsSync(join(out, "train.jsonl")), "it was killed before its end");
    }
    const { made } = await build("replication", out, options);
    assert.ok(made < 15, `${made}`);
    await build("replication", whole, options);
    assert.deepEqual(files(out), files(whole));
  }));

Deno.test("two builds into one folder make every pair once", () =>
  inFolder(async (folder) => {
    const [source, out] = [join(folder, "source"), join(folder, "out")];
    writeCaptionedFolder(source, 9);
    const options = { ...FEW, pictures: source };
    const both = await Promise.all([build("replication", out, options), build("replication", out, options)]);
    assert.deepEqual(both.map(({ made }) => made).sort(), [0, 7]);
    assert.deepEqual(both.map(({ train }) => train), [5, 5]);
    await sound("replication", out);
  }));

Deno.test("WebDataset shards give the pairs of their pictures", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out"), captions = ["a boat", "a tree", "a tower", "a lake"];
    mkdirSync(join(folder, "shards"));
    for (const shard of [0, 1]) {
      await writeTar(
        join(folder, `shards/0000${shard}.tar`),
        [0, 1].flatMap((i) =>
          [
            [`${i}.png`, encodePng(tinyScene(captions[2 * shard + i] as string).picture)],
            [`${i}.txt`, captions[2 * shard + i] as string],
          ] as const
        ),
      );
    }
    await build("replication", out, { pictures: join(folder, "shards"), count: "3", validation: "1" });
    await sound("replication", out);
    for (const { condition, prompt } of [...pairs(out, "train"), ...pairs(out, "val")]) {
      const seen = await picture(out, condition), { picture: scene } = tinyScene(prompt as string);
      const far = [0, 1, 2].map((c) => Math.abs(seen.pixels[c]! - scene.pixels[c]!));
      assert.ok(Math.max(...far) < 12, `${prompt}: the picture is the caption's`);
    }
  }));

Deno.test("bad sources are one sentence each, and nothing is begun", () =>
  inFolder(async (folder) => {
    const source = join(folder, "source"), out = join(folder, "out");
    const fails = (task: TaskId, options: Readonly<Record<string, string>>, pattern: RegExp) =>
      assert.rejects(build(task, out, { ...FEW, ...options }), userError(pattern), `${pattern}`);
    mkdirSync(source);
    await fails("replication", { pictures: source }, /^--pictures expects pictures, got none in /);
    writeFileSync(join(source, "a.png"), "A");
    await fails(
      "replication",
      { pictures: source },
      /^--pictures expects pictures with captions, got 1 pictures and no caption in .*: --captions FILE or --llm URL/,
    );
    writeFileSync(join(source, "a.txt"), "a");
    await fails(
      "replication",
      { pictures: source },
      /needs more than the 2 to hold out \(--validation\), got 1$/,
    );
    await fails("replication", {}, /needs --pictures SOURCE, pictures with captions, got none$/);
    await fails("replication", { pictures: source, coco: "x" }, /takes no --coco/);
    await fails("replication", { pictures: source, llm: "http://x" }, /go together, got only --llm$/);
    await fails(
      "replication",
      { pictures: source, captions: join(source, "a.txt") },
      /^--captions expects lines like/,
    );

    writeCoco(folder, 6);
    const coco = join(folder, "instances.json"), pictures = join(folder, "pictures");
    await fails("object", { coco, pictures }, /must give the prompts: none of 6 pictures has a caption$/);
    await fails(
      "object",
      { coco, pictures: source },
      /expects the pictures that .* names, such as 000001\.png, got none of 6 in /,
    );
    await fails("object", { coco: pictures, pictures }, /^--coco expects a file, got /);

    const people = join(folder, "people");
    writeCeleba(people, { people: 4, each: 2 });
    const [identities, faces] = [join(people, "identity.txt"), join(people, "boxes.txt")];
    await fails("face", { identities, faces, pictures: source }, /such as 000001\.png, got none of 8 in /);
    writeFileSync(identities, "000001.png 1\n000002.png 2\n");
    await fails(
      "face",
      { identities, faces, pictures: join(people, "pictures") },
      /expects two pictures of a person/,
    );
    assert.ok(!existsSync(out));

    for (const name of ["b", "c", "d"]) {
      writeFileSync(join(source, `${name}.png`), "no picture");
      writeFileSync(join(source, `${name}.txt`), "text");
    }
    await fails(
      "replication",
      { pictures: source, validation: "1" },
      /of 4 candidates 4 cannot be used, which leaves none to train/,
    );

    const full = join(folder, "full");
    mkdirSync(join(full, "build"), { recursive: true });
    symlinkSync("/dev/full", join(full, "build/journal.jsonl"));
    writeCaptionedFolder(join(folder, "good"), 6);
    if (existsSync("/dev/full")) {
      await assert.rejects(
        build("replication", full, { ...FEW, pictures: join(folder, "good") }),
        userError(/^Cannot write .*journal\.jsonl: the disk is full$/),
      );
    }
    mkdirSync(out, { recursive: true });
    rmSync(out, { recursive: true });
    mkdirSync(out);
    writeFileSync(join(out, "train.jsonl"), "{}\n");
    await fails(
      "replication",
      { pictures: join(folder, "good") },
      /holds a train\.jsonl that was not built by this command/,
    );
  }));
