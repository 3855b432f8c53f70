/** Pictures from and to files: SVG, PNG, JPEG and WebP, in pure WebAssembly and TypeScript. */

export { cannyEdges } from "./canny.ts";
export { readPackageFile, readPackageJson } from "./package_file.ts";
export { alphaBox, type Box, opaque, resample, type Rgba } from "./rgba.ts";
export { type Fit, fitPicture, FITS, isTransparent, onWhite } from "./fit_picture.ts";
export { encodePng, pngText, type RgbPicture } from "./png.ts";
export { drawOpenposeFace, type FaceJoints, type Point } from "./openpose_face.ts";
export { formatOf, type PictureFormat, type PictureHeader, pictureHeader } from "./picture_header.ts";
export { LARGEST_SIDE, readPicture } from "./read_picture.ts";
export { initialiseSvg, rasterise } from "./svg.ts";
export { decodeWebp, encodeWebp } from "./webp.ts";
