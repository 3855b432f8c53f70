/** What the files of a static explorer hold, for the command that writes them and the worker that reads them. */
import type { TextTowerConfig, VisionTowerConfig } from "../../../lib/clip/mod.ts";
import type { UnetConfig, VaeConfig } from "../../../lib/diffusion/mod.ts";
import type { GalleryEntry, MapTask, SpacePoint, StudioAnswer } from "../../../lib/explorer/mod.ts";
import type { ProjectionConfig } from "../../../lib/adapter/mod.ts";

/** Folder of the data. */
const DATA = "data";

/** Weights and vectors: gzipped safetensors, whose header's `config` is the type's JSON. */
export interface SiteParts {
  /** The map: vectors and layouts. */
  readonly space: { readonly tasks: readonly MapTask[]; readonly points: readonly SpacePoint[] };
  /** The sentence encoder. */
  readonly sentences: { readonly vocabulary: readonly (readonly [string, number])[] };
  /** `unet.*` and `text_encoder.*`. */
  readonly base: {
    readonly unet: UnetConfig;
    readonly text: TextTowerConfig;
    readonly words: readonly string[];
  };
  /** The image tower that adapters read. */
  readonly encoder: VisionTowerConfig;
  /** The one that scores. */
  readonly judge: VisionTowerConfig;
  /** The autoencoder's second half. */
  readonly vae: VaeConfig;
  /** The joint adapter. */
  readonly instruct: ProjectionConfig;
  /** IPAdapter+. */
  readonly plus: ProjectionConfig;
}

/** Name of such a file. */
export type SitePart = keyof SiteParts;

/** Path of a part below the site. */
export const partPath = (part: SitePart) => `${DATA}/${part}.safetensors.gz`;

/** Path of onnxruntime's WebAssembly below the site. */
export const RUNTIME_PATH = `${DATA}/ort.wasm.gz`;

/** Path of {@link SiteFacts}. */
export const FACTS_PATH = `${DATA}/site.json`;

/** What the site says of itself. */
export interface SiteFacts {
  /** What can be sampled. */
  readonly about: StudioAnswer;
  /** Conditions to choose from; their pictures lie beside the page. */
  readonly gallery: readonly GalleryEntry[];
}

/** Files of npm packages that the worker reads, below `packages/`. */
export const PACKAGE_FILES = [
  "@resvg/resvg-wasm/index_bg.wasm",
  "@jsquash/webp/codec/dec/webp_dec.wasm",
  "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
  "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
] as const;
