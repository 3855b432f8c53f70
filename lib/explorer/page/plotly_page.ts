/// <reference lib="dom" />
/** The part of plotly.js that the page uses; the library itself is a script of its own. */

import type { Camera } from "./sight.ts";

/** A trace as plain data. */
export type PlotTrace = Record<string, unknown>;

/** What a mark stands for, a trace's `customdata`: a known point by its index, or a typed one by its own. */
export type MarkData = number | { readonly typed: number };

/** What plotly reports. */
export interface PlotEvent {
  readonly points?: readonly { readonly customdata?: MarkData }[];
  /** A box's shape. */
  readonly range?: unknown;
  /** A lasso's. */
  readonly lassoPoints?: unknown;
}

/** Where an axis lies, in pixels. */
export interface PlotAxis {
  readonly _offset: number;
  readonly _length: number;
}

/** The element a plot is rendered in. */
export interface PlotElement extends HTMLElement {
  on(event: string, heard: (event: PlotEvent | undefined) => void): void;
  readonly layout?: Record<string, { range?: [number, number] }>;
  /** What plotly made of the layout. */
  readonly _fullLayout?: {
    readonly xaxis: PlotAxis;
    readonly yaxis: PlotAxis;
    readonly scene?: { readonly _scene: { getCamera(): Camera } };
  };
}

interface Plotly {
  react(
    element: HTMLElement,
    data: readonly PlotTrace[],
    layout: Record<string, unknown>,
    config: Record<string, unknown>,
  ): Promise<PlotElement>;
  restyle(element: HTMLElement, change: Record<string, unknown>, traces: readonly number[]): Promise<unknown>;
  relayout(element: HTMLElement, change: Record<string, unknown>): Promise<unknown>;
  purge(element: HTMLElement): void;
  toImage(element: HTMLElement, options: Record<string, unknown>): Promise<string>;
  readonly Plots: { resize(element: HTMLElement): Promise<unknown> };
}

/** Resolves when the library's script, which comes after the page's own, has run. */
export async function plotlyLoaded(): Promise<void> {
  if ("Plotly" in globalThis) return;
  const script = document.querySelector("script[src='plotly.js']")!;
  await new Promise<unknown>((resolve, reject) => {
    script.addEventListener("load", resolve);
    script.addEventListener(
      "error",
      () => reject(new Error("The map could not be loaded; load the page again")),
    );
  });
}

/** The library on the page. */
export function plotly(): Plotly {
  return (globalThis as unknown as { Plotly: Plotly }).Plotly;
}
