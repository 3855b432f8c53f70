/// <reference lib="dom" />
/** What is seen of a map, step by step in a real browser: it stays as the hand left it, whatever comes onto the map. */
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { count, ExplorerPage, PATIENCE } from "./explorer_page.ts";
import type { FeatureRun } from "./feature_run.ts";

/** Lines of a layer with which the small map is a crowded one. */
const CROWD = 9_700;
/** The share of a map's width by which two sights of it may differ: far less than a pixel. */
const SLACK = 1e-4;

type Ends = readonly [number, number];

/** The ends of the axes, or in space the camera's eye. */
async function seen(its: ExplorerPage): Promise<readonly number[]> {
  return await its.page.evaluate(() => {
    const { _fullLayout: full } = document.querySelector(".plot") as unknown as {
      _fullLayout: {
        xaxis: { range: Ends };
        yaxis: { range: Ends };
        scene?: { _scene: { getCamera(): { eye: Record<"x" | "y" | "z", number> } } };
      };
    };
    if (!full.scene) return [...full.xaxis.range, ...full.yaxis.range];
    const { x, y, z } = full.scene._scene.getCamera().eye;
    return [x, y, z];
  });
}

function same(a: readonly number[], b: readonly number[], what: string): void {
  const width = Math.abs(b[1]! - b[0]!) || 1;
  const apart = Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
  assert.ok(apart <= SLACK * width, `${what}: saw ${a} instead of ${b}`);
}

/** What is seen once the link says something new of it. */
async function moved(its: ExplorerPage, by: () => Promise<void>): Promise<readonly number[]> {
  const before = new URLSearchParams(new URL(its.page.url()).hash.slice(1)).get("seen");
  await by();
  await its.page.waitForFunction(
    (before) => new URLSearchParams(location.hash.slice(1)).get("seen") !== before,
    before,
  );
  await its.settled();
  return await seen(its);
}

/** A place on a map in space where a mark is pointed at. */
async function solidMark({ page }: ExplorerPage): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = (await page.locator(".plot").boundingBox())!;
  for (const began = performance.now(); performance.now() - began < PATIENCE;) {
    for (let i = 0; i < 60; i++) {
      const at = { x: x + width * (0.35 + 0.005 * i), y: y + height * (0.4 + 0.03 * (i % 7)) };
      await page.mouse.move(at.x, at.y);
      await page.waitForTimeout(30);
      if (await page.locator(".plot .hovertext").count() > 0) return at;
    }
  }
  throw new Error("waited in vain for a mark's label in space");
}

/** Turns the wheel slowly, without a rest, until all marks are rendered farther away: the width that is seen then, and the turns it took. */
async function fills({ page }: ExplorerPage): Promise<[number, number]> {
  return await page.evaluate(async (patience) => {
    const plot = document.querySelector(".plot") as unknown as HTMLElement & {
      layout: { xaxis: { range: Ends } };
    };
    const width = () => plot.layout.xaxis.range[1] - plot.layout.xaxis.range[0];
    const before = width(), { x, y } = plot.getBoundingClientRect();
    const target = plot.querySelector(".nsewdrag")!;
    const turn = { deltaY: 2, clientX: x + 300, clientY: y + 200, bubbles: true, cancelable: true };
    let turns = 0;
    for (
      const began = performance.now();
      width() === before && performance.now() - began < patience;
      turns++
    ) {
      target.dispatchEvent(new WheelEvent("wheel", turn));
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    return [width(), turns];
  }, PATIENCE / 10);
}

/** All of it; `crowd`: also with a layer that makes the map a crowded one, which takes long to place. */
export async function sightFeatures(
  { step, its, context, crowd }: Pick<FeatureRun, "step" | "its" | "context"> & { readonly crowd: boolean },
): Promise<void> {
  const { page } = its;
  const button = (name: string) => page.getByRole("button", { name, exact: true });
  const wheel = async (turn: number) => {
    const box = (await page.locator(".plot").first().boundingBox())!;
    await page.mouse.move(box.x + 0.6 * box.width, box.y + 0.4 * box.height);
    await page.mouse.wheel(0, turn);
  };
  const typed = async (text: string, marks: number) => {
    await its.type(text);
    await its.until(text, (traces) => traces.find(({ name }) => name === "typed")?.x.length === marks);
  };

  await step("keeps what is seen of the map while it is typed, in a link, and through undo", async () => {
    await its.open();
    const whole = await seen(its);
    const nearer = await moved(its, () => button("Nearer").click());
    assert.ok(nearer[1]! - nearer[0]! < 0.8 * (whole[1]! - whole[0]!), "it came no nearer");
    await typed("use the style", 1);
    same(await seen(its), nearer, "typed");
    const turned = await moved(its, () => wheel(-150));
    assert.ok(turned[1]! - turned[0]! < nearer[1]! - nearer[0]!, "the wheel brought it no nearer");
    await typed("use the face", 2);
    same(await seen(its), turned, "typed after the wheel");
    const again = new ExplorerPage(await context.newPage(), page.url());
    await again.open();
    same(await seen(again), turned, "the link");
    await again.page.close();
    await moved(its, () => button("Show everything").click());
    same(await seen(its), whole, "everything");
    assert.ok(!page.url().includes("seen="), page.url());
    await button("Undo").click();
    await its.until("one point", (traces) => traces.find(({ name }) => name === "typed")?.x.length === 1);
    same(await seen(its), turned, "undone");
  });

  await step("renders the map anew only where something on it changes", async () => {
    const rendered = () => page.locator(".plot").getAttribute("data-rendered");
    const before = await rendered();
    await its.tab("What it makes");
    await page.locator(".gallery").waitFor();
    await moved(its, () => button("Nearer").click());
    assert.equal(await rendered(), before);
  });

  await step("keeps what is seen in space, where turning the map chooses no mark", async () => {
    await its.open("#map=umap3");
    const whole = await seen(its);
    const { x, y } = await solidMark(its);
    const turned = await moved(its, () => its.drag([{ x, y }, { x: x + 90, y: y + 30 }]));
    assert.ok(Math.hypot(...turned.map((value, i) => value - whole[i]!)) > 0.1, "it did not turn");
    assert.ok(!page.url().includes("known="), "turning chose a mark");
    const nearer = await moved(its, () => wheel(-150));
    assert.ok(Math.hypot(...nearer) < 0.95 * Math.hypot(...turned), "the wheel brought it no nearer");
    await typed("use the style", 1);
    same(await seen(its), nearer, "typed");
    await its.open(new URL(page.url()).hash);
    same(await seen(its), nearer, "the link");
  });

  await step("letters typed points in space, before all other marks", async () => {
    await its.open("#map=umap3&n=mine&p=use+the+style&at=0");
    await page.locator(".plot .annotation-scene").getByText("mine", { exact: true }).waitFor();
  });

  if (!crowd) return;
  await step("keeps what is seen when a layer makes the map a crowded one, and when it goes", async () => {
    await its.open();
    const turned = await moved(its, () => wheel(-150));
    const lines = Array.from({ length: CROWD }, (_, i) => `use the style of picture ${i}`);
    await button("Add a layer").click();
    await page.getByLabel("Or choose a file").setInputFiles({
      name: "many.txt",
      mimeType: "text/plain",
      buffer: Buffer.from(lines.join("\n")),
    });
    await its.until("the layer", (traces) => count(traces, "many.txt") === CROWD);
    same(await seen(its), turned, "the layer");
    const held = await moved(its, () => wheel(-150));
    assert.ok(held[1]! - held[0]! < turned[1]! - turned[0]!, "the wheel brought it no nearer");
    const [away, turns] = await fills(its);
    assert.ok(away > held[1]! - held[0]!, `${turns} turns away filled no edge while the wheel turned`);
    const farther = await moved(its, () => wheel(10));
    await typed("use the face", 1);
    same(await seen(its), farther, "typed on the crowded map");
    await button("Remove the layer many.txt").click();
    await its.until("no layer", (traces) => count(traces, "many.txt") === 0);
    same(await seen(its), farther, "the layer went");
  });
}
