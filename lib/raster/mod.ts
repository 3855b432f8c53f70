/** Pictures from and to files: SVG, WebP and PNG, in pure WebAssembly and TypeScript. */
export { readPackageFile, readPackageJson } from "./package_file.ts";
export { alphaBox, type Box, premultiply, resample, type Rgba } from "./rgba.ts";
export { encodePng, type RgbPicture } from "./png.ts";
export { initialiseSvg, rasterise } from "./svg.ts";
export { decodeWebp } from "./webp.ts";
