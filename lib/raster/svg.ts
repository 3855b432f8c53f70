/** SVG to pixels with resvg compiled to WebAssembly: the same bytes on every machine. */
import { initWasm, Resvg, type ResvgRenderOptions } from "@resvg/resvg-wasm";
import { readPackageFile } from "./package_file.ts";
import type { Rgba } from "./rgba.ts";

let ready: Promise<void> | undefined;
let fonts: Uint8Array[] | undefined;

/** Loads resvg once per process; every other call returns the same promise. */
export function initialiseSvg(): Promise<void> {
  ready ??= initWasm(readPackageFile("@resvg/resvg-wasm/index_bg.wasm"));
  return ready;
}

/**
 * Renders an SVG document; call `initialiseSvg()` first.
 * @param options.fit pixels of the longer side; without it the document's own size.
 * @param options.text load the bundled DejaVu Sans (regular and bold), needed by documents with text.
 * @returns premultiplied RGBA.
 * @throws Error when resvg cannot render the document (a few icons of the sets make it panic; the instance goes on).
 */
export function rasterise(svg: string, options: { fit?: number; text?: boolean } = {}): Rgba {
  const settings: ResvgRenderOptions = {};
  if (options.fit !== undefined) {
    const [width, height] = documentSize(svg);
    settings.fitTo = width >= height
      ? { mode: "width", value: options.fit }
      : { mode: "height", value: options.fit };
  }
  if (options.text) {
    fonts ??= ["DejaVuSans", "DejaVuSans-Bold"].map((name) =>
      readPackageFile(`dejavu-fonts-ttf/ttf/${name}.ttf`)
    );
    settings.font = { fontBuffers: fonts, defaultFontFamily: "DejaVu Sans", sansSerifFamily: "DejaVu Sans" };
  }
  const document = new Resvg(svg, settings);
  try {
    const image = document.render();
    const { width, height } = image;
    const pixels = new Uint8Array(image.pixels);
    image.free();
    return { width, height, pixels };
  } finally {
    document.free();
  }
}

function documentSize(svg: string): [width: number, height: number] {
  const box = /viewBox="[-\d.]+ [-\d.]+ ([\d.]+) ([\d.]+)"/.exec(svg);
  if (!box) throw new TypeError("rasterise() needs an SVG with a viewBox, found none");
  return [Number(box[1]), Number(box[2])];
}
