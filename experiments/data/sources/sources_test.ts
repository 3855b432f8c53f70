import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../../lib/engine/mod.ts";
import { inFolder } from "../testdata/in_folder.ts";
import { writeCeleba, writeCoco } from "../tiny_pictures.ts";
import { writeTar } from "../testdata/write_tar.ts";
import { celebaFaces, celebaPeople, insidePicture } from "./celeba.ts";
import { cocoObjects } from "./coco_objects.ts";
import { jsonElements } from "./json_elements.ts";
import { openSource } from "./picture_source.ts";
import { pickSeeded } from "./pick_seeded.ts";
import { openTexts } from "./source_texts.ts";
import { BrokenPicture, type SourcePicture } from "./source_picture.ts";

async function all(path: string): Promise<{ pictures: SourcePicture[]; broken: string[] }> {
  const pictures: SourcePicture[] = [], broken: string[] = [];
  for await (
    const one of openSource(path, "--pictures").pictures((place, why) => broken.push(`${place}: ${why}`))
  ) {
    pictures.push(one);
  }
  return { pictures, broken };
}

const read = async (picture: SourcePicture | undefined) => new TextDecoder().decode(await picture?.read());
const userError = (pattern: RegExp) => (error: unknown) =>
  error instanceof UserError && pattern.test(error.message);

Deno.test("a folder gives its pictures in the order of their names, with captions beside them or in metadata.jsonl", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "b"));
    for (const name of ["z.png", "b/c.JPG", "a.webp", "notes.txt"]) writeFileSync(join(folder, name), name);
    writeFileSync(join(folder, "z.txt"), " beside \n");
    writeFileSync(
      join(folder, "metadata.jsonl"),
      '{"file_name":"b/c.JPG","text":"of the lines"}\nnonsense\n{"text":"of nothing"}\n',
    );
    const { pictures, broken } = await all(folder);
    assert.deepEqual(pictures.map(({ name, caption }) => [name, caption]), [
      ["a.webp", undefined],
      ["b/c.JPG", "of the lines"],
      ["z.png", "beside"],
    ]);
    assert.equal(await read(pictures[1]), "b/c.JPG");
    assert.deepEqual(broken, [
      "metadata.jsonl:2: a line is no JSON object",
      "metadata.jsonl:3: a line names no picture",
    ]);
  }));

Deno.test("metadata.jsonl gives a picture its caption however it spells the name", () =>
  inFolder(async (folder) => {
    mkdirSync(join(folder, "b"));
    for (const name of ["3.jpg", "b/4.jpg", "5.jpg"]) writeFileSync(join(folder, name), name);
    symlinkSync(join(folder, "5.jpg"), join(folder, "link.jpg"));
    const named = { "./3.jpg": "three", "b/../b/./4.jpg": "four", "link.jpg": "five" };
    writeFileSync(
      join(folder, "metadata.jsonl"),
      Object.entries(named).map(([file_name, text]) => JSON.stringify({ file_name, text })).join("\n"),
    );
    const { pictures } = await all(folder);
    assert.deepEqual(pictures.map(({ name, caption }) => [name, caption]), [
      ["3.jpg", "three"],
      ["5.jpg", "five"],
      ["b/4.jpg", "four"],
      ["link.jpg", "five"],
    ]);
  }));

Deno.test("a picture's file is the same for all spellings of its path, in folders, lines and shards", () =>
  inFolder(async (folder) => {
    const files = async (path: string) => (await all(path)).pictures.map((picture) => picture.file());
    mkdirSync(join(folder, "in"));
    for (const name of ["a.png", "b.png"]) writeFileSync(join(folder, "in", name), name);
    symlinkSync(join(folder, "in/a.png"), join(folder, "in/c.png"));
    const [a, b, c] = await files(join(folder, "in"));
    assert.deepEqual([c, a !== b], [a, true]);
    const names = ["in/a.png", "./in/a.png", "in/../in/a.png", join(folder, "in/a.png"), "in/c.png"];
    writeFileSync(
      join(folder, "all.jsonl"),
      names.map((image) => JSON.stringify({ image })).join("\n"),
    );
    assert.deepEqual(new Set(await files(join(folder, "all.jsonl"))), new Set([a]));
    mkdirSync(join(folder, "shards"));
    await writeTar(join(folder, "shards/0.tar"), [["1.jpg", "x"], ["./1.jpg", "x"], ["2.jpg", "y"]]);
    symlinkSync(join(folder, "shards/0.tar"), join(folder, "shards/1.tar"));
    assert.equal(new Set(await files(join(folder, "shards"))).size, 2);
  }));

Deno.test("lines name pictures beside their file, in the fields that data sets use", () =>
  inFolder(async (folder) => {
    writeFileSync(join(folder, "a.png"), "A");
    const lines = [
      '{"image":"a.png","caption":"one"}',
      '{"img_path":"none.png","prompt":"two"}',
      "{",
      '{"text":"three"}',
    ];
    writeFileSync(join(folder, "all.jsonl"), lines.join("\n"));
    const { pictures, broken } = await all(join(folder, "all.jsonl"));
    assert.deepEqual(pictures.map(({ name, caption }) => [name, caption]), [["a.png", "one"], [
      "none.png",
      "two",
    ]]);
    assert.equal(await read(pictures[0]), "A");
    await assert.rejects(
      () => pictures[1]!.read(),
      (error) => error instanceof BrokenPicture && /not there/.test(error.message),
    );
    assert.deepEqual(broken, [
      "all.jsonl:3: a line is no JSON object",
      "all.jsonl:4: a line names no picture",
    ]);
  }));

Deno.test("shards give each key's picture, from its place in the file, and its caption; a damaged shard gives what it can", () =>
  inFolder(async (folder) => {
    const long = `${"deep/".repeat(40)}002`;
    await writeTar(join(folder, "00000.tar"), [
      ["000.jpg", "picture 0"],
      ["000.txt", " caption 0\n"],
      ["000.json", '{"caption":"not this one"}'],
      ["001.cls", "7"],
      ["001.json", '{"text":"caption 1","width":3}'],
      ["001.png", "picture 1".repeat(300)],
      [`${long}.webp`, "picture 2"],
      ["003.txt", "a caption of nothing"],
    ]);
    await writeTar(join(folder, "00001.tar"), [["000.jpg", "of the second"], ["001.jpg", "x".repeat(5000)]]);
    const cut = join(folder, "00001.tar");
    writeFileSync(cut, readFileSync(cut).subarray(0, 3000));
    const { pictures, broken } = await all(folder);
    assert.deepEqual(pictures.slice(0, 4).map(({ name, caption }) => [name, caption]), [
      ["00000.tar/000", "caption 0"],
      ["00000.tar/001", "caption 1"],
      [`00000.tar/${long}`, undefined],
      ["00001.tar/000", undefined],
    ]);
    assert.deepEqual(await Promise.all(pictures.slice(0, 4).map(read)), [
      "picture 0",
      "picture 1".repeat(300),
      "picture 2",
      "of the second",
    ]);
    assert.equal(broken.length, 1);
    assert.match(broken[0] as string, /^00001\.tar: a shard is truncated or no tar file/);
    assert.deepEqual((await all(join(folder, "00000.tar"))).pictures.length, 3);
  }));

/** A text in another encoding than UTF-8. */
const latin1 = (text: string) => Buffer.from(text, "latin1");

Deno.test("a line, a caption or a member that is no UTF-8 is listed by its place, and the rest of the source goes on", () =>
  inFolder(async (folder) => {
    const pictures = join(folder, "pictures");
    mkdirSync(pictures);
    for (const name of ["a.png", "b.png", "c.png"]) writeFileSync(join(pictures, name), name);
    writeFileSync(join(pictures, "a.txt"), latin1("a café"));
    writeFileSync(join(pictures, "b.txt"), "a café");
    writeFileSync(
      join(pictures, "metadata.jsonl"),
      latin1('{"file_name":"b.png","text":"café"}\n{"file_name":"c.png","text":"c"}'),
    );
    const ofFolder = await all(pictures);
    assert.deepEqual(ofFolder.pictures.map(({ name, caption }) => [name, caption]), [
      ["b.png", "a café"],
      ["c.png", "c"],
    ]);
    const unread = "a line is no UTF-8 text, or far too long";
    assert.equal(ofFolder.broken[0], `metadata.jsonl:1: ${unread}`);
    assert.match(
      ofFolder.broken[1] as string,
      /^a\.png: Reading .*a\.txt failed: expected text in UTF-8, got another encoding/,
    );

    const lines = latin1('{"image":"a.png","text":"café"}\n{"image":"a.png","text":"a"}');
    for (const name of ["all.jsonl", "all.txt"]) writeFileSync(join(folder, name), lines);
    const ofLines = await all(join(folder, "all.jsonl"));
    assert.deepEqual(ofLines.pictures.map(({ caption }) => caption), ["a"]);
    assert.deepEqual(ofLines.broken, [`all.jsonl:1: ${unread}`]);
    for (const name of ["all.jsonl", "all.txt"]) {
      const broken: string[] = [];
      const texts = openTexts(join(folder, name), "--prompts").texts((place, why) =>
        broken.push(`${place}: ${why}`)
      );
      assert.equal((await Array.fromAsync(texts)).length, 1);
      assert.deepEqual(broken, [`${name}:1: ${unread}`]);
    }

    const shard = join(folder, "0.tar");
    await writeTar(shard, [["0.txt", latin1("café")], ["0.jpg", "x"], ["1.jpg", "y"], ["1.txt", "one"]]);
    const ofShard = await all(shard);
    assert.deepEqual(ofShard.pictures.map(({ caption }) => caption), ["one"]);
    assert.match(
      ofShard.broken.join(),
      /^0\.tar\/0: Reading 0\.txt in .*0\.tar failed: expected text in UTF-8/,
    );
  }));

Deno.test("annotations that are no UTF-8 are refused by file and line", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.json");
    const refused = async (text: string, pattern: RegExp) => {
      writeFileSync(path, latin1(text));
      await assert.rejects(async () => {
        for await (const _ of jsonElements(path));
      }, userError(pattern));
    };
    await refused(
      '{"annotations":[\n{"caption":"cafe"},\n{"caption":"café"}]}',
      /^Reading the element of "annotations" that begins in line 3 of .*a\.json failed: expected text in UTF-8/,
    );
    await refused('{"é":[]}', /^Reading a name in line 1 of .*a\.json failed: expected text in UTF-8/);
    writeFileSync(path, latin1("a.jpg 1\né.jpg 1\n"));
    await assert.rejects(
      () => celebaPeople(path),
      userError(/^Reading .*a\.json:2 failed: expected text in UTF-8/),
    );
  }));

Deno.test("openSource() says in one sentence what is no source", () =>
  inFolder((folder) => {
    writeFileSync(join(folder, "a.tar.gz"), "");
    writeFileSync(join(folder, "a.csv"), "");
    for (
      const [name, pattern] of [
        ["none", /--pictures expects a folder.*which is not there/],
        ["a.tar.gz", /unpack it to a \.tar first/],
        ["a.csv", /got .*a\.csv$/],
      ] as const
    ) assert.throws(() => openSource(join(folder, name), "--pictures"), userError(pattern));
    return Promise.resolve();
  }));

Deno.test("pickSeeded() chooses the same whatever the order, more of the same with a larger number, others with another seed", async () => {
  const names = Array.from({ length: 5000 }, (_, i) => `n${i}`);
  const pick = (from: readonly string[], seed: number, most: number) =>
    pickSeeded(from, { seed, most, name: (name) => name });
  const first = await pick(names, 1, 50);
  assert.deepEqual(await pick([...names, ...names].reverse(), 1, 50), first);
  assert.deepEqual((await pick(names, 1, 80)).slice(0, 50), first);
  assert.deepEqual(
    (await pick(names.slice(0, 2500), 1, 50)).filter((name) => first.includes(name)).length > 15,
    true,
  );
  assert.ok((await pick(names, 2, 50)).filter((name) => first.includes(name)).length < 10);
  const mean = first.reduce((sum, name) => sum + Number(name.slice(1)), 0) / 50;
  assert.ok(Math.abs(mean - 2500) < 1000, `${mean}`);
});

Deno.test("jsonElements() gives the elements of the outermost lists, however the file is cut into chunks", () =>
  inFolder(async (folder) => {
    const path = join(folder, "a.json");
    const file = {
      info: { list: [{ no: 1 }], text: '"]}\\' },
      one: Array.from({ length: 3000 }, (_, i) => ({ i, text: 'a "quoted\\ [{ text é', deep: [{ x: [1] }] })),
      none: [],
      numbers: [1, 2],
      two: [{ last: true }],
    };
    for (const text of [JSON.stringify(file), "\ufeff" + JSON.stringify(file, null, 2)]) {
      writeFileSync(path, text);
      const found = [];
      for await (const element of jsonElements(path)) found.push(element);
      assert.deepEqual(found.filter(({ list }) => list === "one").map(({ value }) => value), file.one);
      assert.deepEqual(found.slice(3000), [{ list: "two", value: { last: true } }]);
    }
    const fails = async (text: string, pattern: RegExp) => {
      writeFileSync(path, text);
      await assert.rejects(async () => {
        for await (const _ of jsonElements(path));
      }, userError(pattern));
    };
    await fails("[]", /expected a whole JSON object, got a list/);
    await fails('{"a":[{"b":1}', /got a truncated one/);
    await fails('{"a":[{b}]}', /got an element of "a" that is none/);
    await fails("", /got an empty file/);
    await fails("text", /got something else/);
  }));

Deno.test("cocoObjects() takes the largest box that is no crowd and no speck, and names files of other versions", () =>
  inFolder(async (folder) => {
    writeCoco(folder, 3);
    const path = join(folder, "instances.json");
    const { objects, pictures, annotations, licences } = await cocoObjects(path);
    assert.deepEqual([pictures, annotations, licences], [3, 9, ["CC0"]]);
    assert.deepEqual(objects.map(({ file, name, annotation }) => [file, name, annotation]), [
      ["000001.png", "square [red]", 10],
      ["000002.png", "square [red]", 20],
      ["000003.png", "square [red]", 30],
    ]);
    const file = JSON.parse(readFileSync(path, "utf8"));
    const fails = async (changed: unknown, pattern: RegExp) => {
      writeFileSync(path, JSON.stringify(changed));
      await assert.rejects(() => cocoObjects(path), userError(pattern));
    };
    await fails(
      { ...file, annotations: [{ id: 1, image_id: 1, caption: "a" }] },
      /got annotations of captions in/,
    );
    await fails(
      { ...file, annotations: [{ image_id: 1, segments_info: [] }] },
      /got annotations of panoptic segments/,
    );
    await fails(
      { ...file, annotations: [{ id: 1, image: 1, box: [] }] },
      /got annotations of another version/,
    );
    await fails({ ...file, annotations: [] }, /got no annotations/);
    await fails({ ...file, categories: [] }, /got no categories/);
    await fails({ ...file, images: file.images.map(({ id }: { id: number }) => ({ id })) }, /got no images/);
    await fails([{ image_id: 1, category_id: 1, bbox: [1, 2, 3, 4], score: 1 }], /got a list/);
  }));

Deno.test("celebaPeople() and celebaFaces() read CelebA's files, with spaces or commas, and name other lines", () =>
  inFolder(async (folder) => {
    writeCeleba(folder, { people: 2, each: 2 });
    const people = await celebaPeople(join(folder, "identity.txt"));
    assert.deepEqual([...people], [["1", ["000001.png", "000003.png"]], ["2", ["000002.png", "000004.png"]]]);
    const boxes = await celebaFaces(join(folder, "boxes.txt"));
    const landmarks = await celebaFaces(join(folder, "landmarks.txt"));
    assert.equal(boxes.size, 4);
    for (const [name, { box, joints }] of landmarks) {
      const { box: other, joints: none } = boxes.get(name)!;
      assert.equal(none, undefined);
      assert.ok(joints!.rightEye[0] < joints!.nose[0] && joints!.nose[0] < joints!.leftEye[0], name);
      assert.ok(joints!.leftEye[1] < joints!.nose[1], name);
      for (const side of ["left", "top"] as const) {
        const centre = (of: typeof box) => of[side] + of.width / 2;
        assert.ok(Math.abs(centre(box) - centre(other)) < 2, name);
      }
    }
    const path = join(folder, "other.csv");
    writeFileSync(path, "image_id,x_1,y_1,width,height\na.jpg,10,20,30,50\nb.jpg,0,0,0,0\n");
    assert.deepEqual([...await celebaFaces(path)], [
      ["a.jpg", { box: { left: -10, top: 10, width: 70, height: 70 } }],
    ]);
    writeFileSync(path, "a.jpg 1\nb.jpg\n");
    await assert.rejects(
      () => celebaPeople(path),
      userError(/expects lines like "000001\.jpg 2880", got "b\.jpg" in .*:2/),
    );
    writeFileSync(path, "1\nhead\na.jpg 1 2\n");
    await assert.rejects(() => celebaFaces(path), userError(/--faces expects .* got "a\.jpg 1 2" in .*:3/));
    assert.deepEqual(
      insidePicture({ left: -10, top: 60, width: 40, height: 40 }, { width: 30, height: 80 }),
      {
        left: 0,
        top: 50,
        width: 30,
        height: 30,
      },
    );
  }));
