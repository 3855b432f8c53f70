import assert from "node:assert/strict";
import { composePair } from "./compose.ts";
import { newImage, SIZE } from "./canvas.ts";
import { edgeF1, edgeMap } from "./edges.ts";
import { attributeAgreement, buildFaceOracle, nearestIdentity } from "./oracle_face.ts";
import { keepsDrawing } from "./oracle_object.ts";
import { buildStyleOracle, classifyStyle } from "./oracle_style.ts";
import { buildLayoutOracle, layoutKept } from "./oracle_layout.ts";
import { type Bank, type ImageTruth, kindOf, loadBank, treatmentOf } from "./pair.ts";
import { drawPortrait } from "./portrait_image.ts";
import { drawScene } from "./scene_image.ts";
import { wishOf } from "./shared_items.ts";
import { poolOf } from "./pools.ts";

let loaded: Promise<Bank> | undefined;
const bankOnce = (): Promise<Bank> => loaded ??= loadBank();

Deno.test("classifyStyle() distinguishes the treatment of nine in ten targets and the style of four in ten scenes", async () => {
  const bank = await bankOnce();
  const oracle = buildStyleOracle(bank);
  const [count, hits] = [40, { treatment: 0, style: 0 }];
  let scenes = 0;
  for (let index = 0; index < count; index++) {
    const { target, truth } = composePair(bank, { task: "style", split: "val", index });
    const found = classifyStyle(oracle, target, kindOf(truth.target));
    if (found.treatment === treatmentOf(truth.target)) hits.treatment++;
    if (truth.target.kind !== "scene") continue; // a portrait has a treatment alone
    scenes++;
    if (found.id === truth.target.style.id) hits.style++;
  }
  assert.ok(hits.treatment >= 0.9 * count, JSON.stringify(hits));
  assert.ok(hits.style >= 0.4 * scenes, JSON.stringify(hits));
});

Deno.test("keepsDrawing() finds the drawing shown, wherever it stands", async () => {
  const bank = await bankOnce();
  let hits = 0;
  for (let index = 0; index < 20; index++) {
    const { target, truth } = composePair(bank, { task: "object", split: "val", index });
    assert.ok(truth.target.kind === "scene");
    if (keepsDrawing(bank, target, truth.target)) hits++;
  }
  assert.ok(hits >= 17, `${hits} of 20`);
});

Deno.test("nearestIdentity() finds the person of a target, and others agree in few attributes", async () => {
  const bank = await bankOnce();
  const oracle = buildFaceOracle(bank, poolOf("val", 0).identities);
  let [agreement, chance] = [0, 0];
  for (let index = 0; index < 30; index++) {
    const [own, other] = [index, index + 1].map((i) =>
      composePair(bank, { task: "face", split: "val", index: i })
    );
    assert.ok(own!.truth.target.kind === "portrait" && other!.truth.target.kind === "portrait");
    const { identity } = own!.truth.target;
    agreement += attributeAgreement(nearestIdentity(oracle, own!.target, own!.truth.target), identity) / 30;
    chance += attributeAgreement(other!.truth.target.identity, identity) / 30;
  }
  assert.ok(agreement > 0.95 && chance < 0.5, `${agreement} against ${chance}`);
});

Deno.test("edgeF1() is 1 for a picture and itself, low for others, and 0 without edges", async () => {
  const bank = await bankOnce();
  const [one, other] = [0, 1].map((index) =>
    composePair(bank, { task: "style", split: "pre", index }).target
  );
  assert.equal(edgeF1(one!, one!), 1);
  assert.ok(edgeF1(one!, other!) < 0.65);
  assert.equal(edgeF1(newImage(), newImage()), 0);
  const share = edgeMap(one!).reduce((sum, edge) => sum + edge, 0) / (SIZE * SIZE);
  assert.ok(share > 0.05 && share <= 0.15, `${share} of the pixels are edges`);
});

Deno.test("classifyLayout() distinguishes slot and horizon of nine in ten scenes, side and zoom of nine in ten portraits", async () => {
  const bank = await bankOnce();
  const oracle = buildLayoutOracle(bank);
  for (const kind of ["scene", "portrait"] as const) {
    let [kept, others] = [0, 0];
    for (let index = 0; index < 40; index++) {
      const [own, other] = [index, index + 1].map((number) =>
        wishOf(bank, { kind, split: "val", number }).source
      );
      const image = own!.kind === "scene"
        ? drawScene(bank.sprites, own!).image
        : drawPortrait(bank.portraits, own!);
      const truthOf = (spec: typeof own): ImageTruth =>
        spec!.kind === "scene" ? { ...spec!, box: drawScene(bank.sprites, spec!).box } : spec!;
      kept += layoutKept(oracle, image, truthOf(own)) / 40;
      others += layoutKept(oracle, image, truthOf(other)) / 40;
    }
    assert.ok(kept > 0.9 && others < 0.65, `${kind}: ${kept}, others ${others}`);
  }
});
