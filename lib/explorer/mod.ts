/** The explorer: a page on loopback that places instructions on the map of the training instructions and samples what they make. */
export {
  type Familiarity,
  type GalleryEntry,
  galleryPicture,
  type LayerAnswer,
  LAYOUT_IDS,
  type LayoutId,
  type LayoutQuality,
  LAYOUTS,
  type MapTask,
  type Neighbour,
  type PlacedAnswer,
  type PointSplit,
  type SampledModel,
  type SampleSettings,
  type SpacePoint,
  type StudioAnswer,
} from "./api.ts";
export type { ExplorerParts } from "./server/app.ts";
export type { ApiParts } from "./server/api_routes.ts";
export type { BuildOptions, OutputFile, Plugin } from "esbuild";
export { browserModules, RUNTIME_SCRIPT } from "./server/browser_modules.ts";
export { bundled } from "./server/bundled.ts";
export { diskLayers } from "./server/disk_layers.ts";
export type { LayerStore } from "./server/layers.ts";
export { type PageFile, pageFiles } from "./server/page_files.ts";
export { placeText } from "./server/place_text.ts";
export { type RunningExplorer, serveExplorer } from "./server/serve.ts";
export { type InstructionSpace, spaceFile, type SpaceWords } from "./server/instruction_space.ts";
export { openSpace, type SpaceOptions } from "./server/space.ts";

export { MAP_TASKS, type SpaceSizes } from "./server/space_points.ts";
export type {
  GalleryItem,
  SampleCondition,
  Studio,
  StudioEvent,
  StudioPicture,
  StudioRequest,
} from "./server/studio.ts";
