/// <reference lib="dom" />
/** The explorer's page as a test drives it: what the browser shows, in one place. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { onDemandPackage } from "../../../lib/hub/mod.ts";

/** Milliseconds that a step may wait. */
export const PATIENCE = 120_000;

/** Everything that the page's plot shows, by trace. */
export interface Shown {
  readonly name: string;
  readonly type: string;
  readonly x: readonly number[];
  readonly marker: { readonly color: string | readonly string[]; readonly symbol?: string };
  readonly selectedpoints?: readonly number[];
  /** Labels; in space, where a mark is a letter, that letter. */
  readonly text?: string | readonly string[];
}

/** The browser's own view of a page, in one place. */
export class ExplorerPage {
  readonly problems: string[] = [];
  constructor(readonly page: Page, readonly url: string) {
    page.setDefaultTimeout(PATIENCE);
    page.on("pageerror", (error) => this.problems.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
  }

  async open(fragment = ""): Promise<void> {
    await this.page.goto("about:blank");
    await this.page.goto(this.url + fragment);
    await this.settled();
  }

  /** Waits until the map is rendered and at rest. */
  async settled(): Promise<void> {
    await this.page.waitForFunction(() => {
      const plots = [...document.querySelectorAll<HTMLElement>(".plot")];
      return plots.length > 0 && plots.every((plot) => plot.dataset.rendered && !plot.dataset.moving);
    });
  }

  async traces(map = 0): Promise<Shown[]> {
    const text = await this.page.evaluate((n) => {
      const plot = document.querySelectorAll(".plot")[n] as unknown as { data: Record<string, unknown>[] };
      return JSON.stringify(
        plot.data.map(({ name, type, x, marker, selectedpoints, text }) => ({
          name,
          type,
          x: [...x as ArrayLike<number> & Iterable<number>],
          marker,
          selectedpoints,
          text,
        })),
      );
    }, map);
    return JSON.parse(text);
  }

  /** Waits until the first map's traces are as asked for. */
  async until(what: string, holds: (traces: Shown[]) => boolean, map = 0): Promise<Shown[]> {
    for (const began = performance.now();;) {
      await this.settled();
      const traces = await this.traces(map);
      if (holds(traces)) return traces;
      assert.ok(performance.now() - began < PATIENCE, `waited in vain: ${what}`);
      await this.page.waitForTimeout(50);
    }
  }

  /** The training mark that is farthest from any other, of those that nothing covers: its text, and where it is on the screen. */
  async loneliest(): Promise<{ text: string; x: number; y: number }> {
    return await this.page.evaluate(() => {
      const plot = document.querySelector(".plot") as unknown as HTMLElement & {
        data: { name: string; x: number[]; y: number[]; text?: string[] }[];
        _fullLayout: Record<"xaxis" | "yaxis", { _offset: number; l2p(value: number): number }>;
      };
      const { xaxis, yaxis } = plot._fullLayout;
      const box = plot.getBoundingClientRect();
      const marks = plot.data.flatMap(({ name, x, y, text }) =>
        [...x].map((value, i) => ({
          known: name.endsWith(", training"),
          text: text?.[i] ?? "",
          x: box.x + xaxis._offset + xaxis.l2p(value),
          y: box.y + yaxis._offset + yaxis.l2p(y[i]!),
        }))
      );
      const room = (at: { x: number; y: number }) =>
        Math.min(
          ...marks.filter((mark) => mark !== at).map((mark) => Math.hypot(mark.x - at.x, mark.y - at.y)),
        );
      const open = (at: { x: number; y: number }) =>
        document.elementFromPoint(at.x, at.y)?.classList.contains("nsewdrag") === true;
      return marks.filter((mark) => mark.known && open(mark)).reduce((most, mark) =>
        room(mark) > room(most) ? mark : most
      );
    });
  }

  /** Points at a mark until the page says its text: the map listens again a moment after it is rendered. */
  async hover({ x, y, text }: { x: number; y: number; text: string }): Promise<void> {
    const label = this.page.locator(".hoverlayer .hovertext").first();
    const expected = text.split("<br>")[0]!;
    let shown: string | null = null;
    for (const began = performance.now(); performance.now() - began < PATIENCE;) {
      await this.page.mouse.move(x - 3, y);
      await this.page.mouse.move(x, y);
      shown = await label.textContent({ timeout: 1000 }).catch(() => null);
      if (shown?.includes(expected)) return;
      await this.page.waitForTimeout(50);
    }
    throw new Error(`waited in vain for the label “${expected}”, saw ${shown}`);
  }

  /** Presses what begins a sampling, and waits until that sampling has ended. */
  async sample(button: string): Promise<void> {
    const results = this.page.locator(".results");
    const last = await results.count() > 0 ? Number(await results.getAttribute("data-sampling")) : 0;
    await this.page.getByRole("button", { name: button, exact: true }).click();
    await this.page.locator(`.results[data-sampling="${last + 1}"][aria-busy=false]`).waitFor();
    await this.page.getByText(/^Made in/u).waitFor();
  }

  async drag(places: readonly { x: number; y: number }[]): Promise<void> {
    const { mouse } = this.page;
    await mouse.move(places[0]!.x, places[0]!.y);
    await mouse.down();
    for (const { x, y } of places.slice(1)) await mouse.move(x, y, { steps: 4 });
    await mouse.up();
  }

  /** Drops a file on an element. */
  async drop(
    selector: string,
    { name, type, bytes }: { readonly name: string; readonly type: string; readonly bytes: Uint8Array },
  ): Promise<void> {
    const files = await this.page.evaluateHandle(([name, type, bytes]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], name, { type }));
      return transfer;
    }, [name, type, [...bytes]] as const);
    await this.page.locator(selector).dispatchEvent("drop", { dataTransfer: files });
  }

  /** What moved on its own since the page was opened: the area that jumps touched times their way, as shares of the window. */
  async jumps(): Promise<{ sum: number; what: string[] }> {
    return await this.page.evaluate(async () => {
      interface Shift extends PerformanceEntry {
        readonly value: number;
        readonly hadRecentInput: boolean;
        readonly sources: readonly { readonly node?: Node }[];
      }
      const shifts = await new Promise<Shift[]>((resolve) => {
        const observer = new PerformanceObserver((list) => resolve(list.getEntries() as Shift[]));
        observer.observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve([]), 500);
      });
      const own = shifts.filter(({ hadRecentInput }) => !hadRecentInput);
      return {
        sum: own.reduce((sum, { value }) => sum + value, 0),
        what: own.flatMap(({ sources }) =>
          sources.map(({ node }) => (node as Element | undefined)?.outerHTML?.slice(0, 120) ?? "")
        ),
      };
    });
  }

  /** Presses Tab until an element has the focus, as a person without a mouse does. */
  async tabTo(selector: string): Promise<void> {
    const reached = () => this.page.evaluate((s) => document.activeElement?.matches(s) ?? false, selector);
    for (let presses = 0; !await reached(); presses++) {
      assert.ok(presses < 200, `no way to ${selector} by the keyboard`);
      await this.page.keyboard.press("Tab");
    }
  }

  async type(text: string): Promise<void> {
    await this.page.fill("#instruction", text);
    await this.page.press("#instruction", "Enter");
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole("tab", { name }).click();
  }

  /** Serious and critical violations of accessibility. */
  async violations(): Promise<string[]> {
    const axe = join(await onDemandPackage("axe-core"), "axe.min.js");
    await this.page.evaluate(await readFile(axe, "utf8"));
    return await this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(): Promise<
            {
              violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
            }
          >;
        };
      };
      const { violations } = await axe.run();
      return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`
        );
    });
  }

  async saved(button: string): Promise<string> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.getByRole("group", { name: "Export" }).getByRole("button", { name: button }).click(),
    ]);
    return await readFile(await download.path(), "latin1");
  }
}

/** Marks shown in traces whose names end so. */
export const count = (traces: readonly Shown[], ending: string) =>
  traces.filter(({ name }) => name.endsWith(ending)).reduce((sum, { x }) => sum + x.length, 0);
/** Marks that are chosen. */
export const chosen = (traces: readonly Shown[]) =>
  traces.filter(({ name }) => name.includes(", ")).reduce(
    (sum, { selectedpoints }) => sum + (selectedpoints?.length ?? 0),
    0,
  );
