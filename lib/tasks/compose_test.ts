import assert from "node:assert/strict";
import { CAPTION_LENGTH, captionWords } from "../clip/caption_tokenizer.ts";
import { SIZE, toModelImage } from "./canvas.ts";
import { captionVocabulary } from "./captions.ts";
import { EDGE_FLOOR } from "./composition.ts";
import { composePair, composePretrain, type Pair, type Sources } from "./compose.ts";
import { CONCEPTS, isProbeCell } from "./concepts.ts";
import { FAMILIES } from "./families/mod.ts";
import { edgeF1 } from "./edges.ts";
import { type Bank, type ImageTruth, loadBank, type SceneTruth } from "./pair.ts";
import { SPLITS } from "./pools.ts";
import { SPRITE_SIZE } from "./sprite_sources.ts";
import { TASK_RECORDS, TASKS } from "./registry.ts";
import { CONTRAST_FLOOR, drawScene, objectContrast } from "./scene_image.ts";

let loaded: Promise<Bank> | undefined;
const bankOnce = (): Promise<Bank> => loaded ??= loadBank();

function sceneOf(truth: ImageTruth): SceneTruth | undefined {
  return truth.kind === "scene" ? truth : truth.kind === "crop" ? truth.of : undefined;
}

async function pairs(split: "train" | "val", count: number, sources: Sources = "shared"): Promise<Pair[]> {
  const bank = await bankOnce();
  return TASKS.flatMap((task) =>
    Array.from({ length: count }, (_, index) => composePair(bank, { task, split, index, sources }))
  );
}

Deno.test("loadBank() draws every concept in every family, pixel for pixel as published", async () => {
  const bank = await bankOnce();
  assert.ok(bank.reproduced);
  assert.equal(new Set(CONCEPTS.map(({ word }) => word)).size, CONCEPTS.length);
  for (const concept of CONCEPTS) {
    for (const family of FAMILIES) {
      const { width, height, pixels } = bank.sprites.sprite(concept, family);
      assert.ok(Math.max(width, height) === SPRITE_SIZE, `${concept.word}/${family} is ${width}x${height}`);
      let covered = 0;
      for (let i = 3; i < pixels.length; i += 4) if (pixels[i]! > 64) covered++;
      assert.ok(covered > 800, `${concept.word}/${family} covers ${covered} pixels`);
    }
  }
});

Deno.test("composePair() gives the same bytes when asked again, and others for another index", async () => {
  const bank = await bankOnce();
  for (const split of SPLITS) {
    for (const task of TASKS) {
      const [one, again, other] = [3, 3, 4].map((index) => composePair(bank, { task, split, index }));
      assert.deepEqual(one, again);
      assert.notDeepEqual(one!.target, other!.target);
      assert.equal(one!.condition.length, SIZE * SIZE * 3);
    }
  }
  assert.deepEqual(composePretrain(bank, 7), composePretrain(bank, 7));
});

Deno.test("composePair() of paper-like sources follows each task's meaning", async () => {
  for (
    const { task, condition, target, truth, prompt, objectName, index } of await pairs("train", 30, "paper")
  ) {
    const [from, to] = [sceneOf(truth.condition), sceneOf(truth.target)];
    if (task === "replication") assert.deepEqual(condition, target);
    if (task === "style") {
      assert.equal(from!.style.id, to!.style.id);
      assert.notEqual(from!.concept.cluster, to!.concept.cluster);
      assert.notEqual(from!.place.name, to!.place.name);
    }
    if (task === "object") {
      assert.equal(objectName, to!.concept.word);
      assert.ok(truth.condition.kind === "crop");
    }
    if (task === "composition") {
      assert.deepEqual(from!.layout, to!.layout);
      assert.ok(edgeF1(condition, target) >= EDGE_FLOOR);
      assert.notDeepEqual(condition, target);
    }
    if (task === "face") {
      assert.ok(truth.condition.kind === "portrait" && truth.target.kind === "portrait");
      assert.equal(truth.condition.identity, truth.target.identity);
      assert.notEqual(truth.condition.viewIndex, truth.target.viewIndex);
      assert.equal(truth.condition.layout.zoomed, index % 2 === 1);
    }
    if (task !== "replication") {
      assert.doesNotMatch(prompt, /render|sticker|vector|sepia|watercolor|pixel|neon|portrait/);
    }
  }
});

Deno.test("the splits share no cluster, no identity and no held-out style", async () => {
  const [train, val] = [await pairs("train", 80), await pairs("val", 80)];
  const facts = (items: readonly Pair[]) => {
    const truths = items.flatMap(({ truth }) => [truth.condition, truth.target]);
    const scenes = truths.map(sceneOf).filter((scene) => scene !== undefined);
    return {
      clusters: new Set(scenes.map(({ concept }) => concept.cluster)),
      identities: new Set(truths.flatMap((truth) => truth.kind === "portrait" ? [truth.identity.id] : [])),
      heldOut: new Set(scenes.flatMap(({ style }) => (style.heldOut ? [style.id] : []))),
      cells: scenes.filter(({ concept, style }) => isProbeCell(concept, style.family)),
    };
  };
  const [seen, unseen] = [facts(train), facts(val)];
  assert.ok(seen.clusters.isDisjointFrom(unseen.clusters));
  assert.ok(seen.identities.isDisjointFrom(unseen.identities));
  assert.equal(seen.heldOut.size, 0);
  assert.equal(unseen.heldOut.size, 10);
  assert.equal(seen.cells.length + unseen.cells.length, 0);
  const share = new Set(CONCEPTS.filter(({ split }) => split === "val").map(({ cluster }) => cluster)).size /
    new Set(CONCEPTS.map(({ cluster }) => cluster)).size;
  assert.ok(Math.abs(share - 0.17) < 0.02, `${share} of the clusters are held out`);
});

Deno.test("every condition's thing stands out from its scene", async () => {
  const bank = await bankOnce();
  for (const { truth } of await pairs("val", 20)) {
    const scene = sceneOf(truth.condition);
    if (scene) assert.ok(objectContrast(drawScene(bank.sprites, scene)) >= CONTRAST_FLOOR);
  }
});

Deno.test("captionVocabulary() holds every word of captions, prompts and names, and no caption is too long", async () => {
  const bank = await bankOnce();
  const vocabulary = new Set(captionVocabulary());
  assert.ok(vocabulary.size <= 500, `${vocabulary.size} words`);
  const texts = [...await pairs("train", 60), ...await pairs("val", 60)]
    .flatMap(({ prompt, conditionCaption, objectName = "" }) => [prompt, conditionCaption, objectName]);
  for (let index = 0; index < 400; index++) texts.push(composePretrain(bank, index).caption);
  for (const text of texts) {
    const words = captionWords(text);
    assert.ok(words.length <= CAPTION_LENGTH - 2, text);
    for (const word of words) assert.ok(vocabulary.has(word), `"${word}" of "${text}"`);
  }
});

Deno.test("no concept's name holds a task's keyword", () => {
  for (const { word } of CONCEPTS) {
    for (const { words } of TASK_RECORDS) {
      assert.doesNotMatch(word, new RegExp(words.forms, "iu"), word);
      assert.ok(!word.includes(words.keyword), word);
    }
  }
});

Deno.test("composePretrain() keeps its mix of plain scenes, treated scenes and portraits", async () => {
  const bank = await bankOnce();
  const count = 1000;
  const counts = { plain: 0, treated: 0, portrait: 0 };
  for (let index = 0; index < count; index++) {
    const { truth } = composePretrain(bank, index);
    if (truth.kind !== "scene") counts.portrait++;
    else if (truth.style.treatment === "none") counts.plain++;
    else counts.treated++;
  }
  assert.ok(Math.abs(counts.plain / count - 0.48) < 0.05, JSON.stringify(counts));
  assert.ok(Math.abs(counts.treated / count - 0.32) < 0.04, JSON.stringify(counts));
});

Deno.test("composePretrain() makes at least 500 images a second", async () => {
  const bank = await bankOnce();
  const best = Math.min(...[0, 1, 2].map((round) => {
    const start = performance.now();
    for (let i = 0; i < 200; i++) composePretrain(bank, round * 200 + i);
    return (performance.now() - start) / 200;
  }));
  assert.ok(best < 2, `${best.toFixed(2)} ms an image`);
});

Deno.test("toModelImage() is [3 64 64] in [-1, 1] and rejects other sizes", async () => {
  const image = composePretrain(await bankOnce(), 0).image;
  const values = toModelImage(image);
  assert.equal(values.length, 3 * SIZE * SIZE);
  assert.equal(values[SIZE * SIZE], Math.fround(image[1]! / 127.5 - 1));
  assert.ok(values.every((value) => Math.abs(value) <= 1));
  assert.throws(() => toModelImage(new Uint8Array(12)), RangeError);
});

Deno.test("composePair() throws when the index is no whole number", async () => {
  const bank = await bankOnce();
  assert.throws(() => composePair(bank, { task: "style", split: "train", index: -1 }), RangeError);
  assert.throws(() => composePretrain(bank, 0.5), RangeError);
});
