import type { TaskId, TaskLook } from "../tasks/mod.ts";
/** What server and page say to each other: JSON over loopback. Numbers in long rows travel as base64 of little-endian float32. */

/** Most bytes of a file that is taken: of a layer, and of a condition's picture. */
export const MOST_BYTES = { layer: 16 * 1024 * 1024, picture: 8 * 1024 * 1024 } as const;

/** Folder of the gallery's pictures beside the page. */
export const GALLERY_FOLDER = "gallery";

/** Where a gallery's picture lies, from the page. */
export function galleryPicture(id: string, which: "condition" | "target" = "condition"): string {
  return `${GALLERY_FOLDER}/${encodeURIComponent(id)}-${which}.png`;
}

/** The layouts by name: how they are made, and in how many dimensions. */
export const LAYOUTS = {
  tsne2: { method: "tsne", dimensions: 2 },
  umap2: { method: "umap", dimensions: 2 },
  pca2: { method: "pca", dimensions: 2 },
  tsne3: { method: "tsne", dimensions: 3 },
  umap3: { method: "umap", dimensions: 3 },
  pca3: { method: "pca", dimensions: 3 },
} as const;
/** The methods, as people write them. */
export const METHOD_TITLES = { tsne: "t-SNE", umap: "UMAP", pca: "PCA" } as const;
/** Name of a layout. */
export type LayoutId = keyof typeof LAYOUTS;
/** The layouts' names, in the order of the record. */
export const LAYOUT_IDS: readonly LayoutId[] = Object.keys(LAYOUTS) as LayoutId[];

/** Whether a name is a layout's. */
export function isLayoutId(name: unknown): name is LayoutId {
  return (LAYOUT_IDS as readonly unknown[]).includes(name);
}

/** 2 or 3. */
export function dimensionsOf(layout: LayoutId): 2 | 3 {
  return LAYOUTS[layout].dimensions;
}

/** Where an instruction of the map comes from. */
export type PointSplit = "train" | "held-out" | "fixed";

/** An instruction of the map. */
export interface SpacePoint {
  /** As it was sampled from the grammar. */
  readonly text: string;
  /** What it asks for. */
  readonly task: TaskId;
  /** Training instructions come first, then held-out ones, then the fixed prompts. */
  readonly split: PointSplit;
  /** The grammar's template it was sampled from; the text itself for a fixed prompt. */
  readonly template: string;
}

/** A task on the map. */
export interface MapTask {
  /** Its name. */
  readonly id: TaskId;
  /** How it looks. */
  readonly look: TaskLook;
  /** Its fixed prompt. */
  readonly fixed: string;
}

/** How far a layout can be trusted, each in [0, 1], higher is better; over the training instructions and 10 neighbours. */
export interface LayoutQuality {
  /** Whether neighbours on the map are neighbours among the embeddings. */
  readonly trustworthiness: number;
  /** Share of the neighbours among the embeddings that are neighbours on the map. */
  readonly preservation: number;
  /** Share of the neighbours on the map that are of the same task. */
  readonly purity: number;
}

/** A layout of all points. */
export interface LayoutAnswer {
  /** float32 [points dimensions]. */
  readonly coordinates: string;
  /** Its scores. */
  readonly quality: LayoutQuality;
}

/** The map. */
export interface SpaceAnswer {
  /** The tasks in the order of Table 1. */
  readonly tasks: readonly MapTask[];
  /** All points. */
  readonly points: readonly SpacePoint[];
  /** Number of training instructions: the first of the points. */
  readonly trained: number;
  /** All layouts. */
  readonly layouts: Readonly<Record<LayoutId, LayoutAnswer>>;
  /** float32 [points]: cosine to the nearest training instruction of the own task less that to the nearest of another. */
  readonly margin: string;
  /** float32 [points]: cosine to the nearest other training instruction. */
  readonly nearest: string;
  /** Purity of the 10 nearest among the embeddings themselves. */
  readonly purity: number;
  /** What can be sampled; absent where the server was started without models. */
  readonly studio?: StudioAnswer;
}

/** What the picture models are and what they can be given. */
export interface StudioAnswer {
  /** The adapter in a few words. */
  readonly adapter: string;
  /** What it is no more than, in one sentence. */
  readonly note: string;
  /** Pictures of one batch. */
  readonly batch: number;
  /** Mean scores of Table 1's joint model by task and score, where a result was found. */
  readonly typical?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** One of the nearest instructions. */
export interface Neighbour {
  /** Its place among the points. */
  readonly index: number;
  /** Cosine of the embeddings, [-1, 1]. */
  readonly cosine: number;
}

/** How near a text is to what was trained, in three steps. */
export type Familiarity =
  /** As near as training instructions are to each other (99 of 100). */
  | "trained"
  /** Farther, but no farther than held-out instructions are (99 of 100). */
  | "new wording"
  /** Farther than those: nothing like it was trained. */
  | "far";

/** A text on the map. */
export interface PlacedAnswer {
  /** As it was embedded. */
  readonly text: string;
  /** Place on every layout. */
  readonly coordinates: Readonly<Record<LayoutId, readonly number[]>>;
  /** The ten nearest training instructions, nearest first. */
  readonly neighbours: readonly Neighbour[];
  /** Share of each task among the 50 nearest, falling. */
  readonly shares: readonly { readonly task: TaskId; readonly share: number }[];
  /** Cosine to the nearest of the nearest task less that to the nearest of another. */
  readonly margin: number;
  /** Its familiarity. */
  readonly familiarity: Familiarity;
  /** Share of training instructions that are nearer to another than this text is to any, in [0, 1]. */
  readonly nearerTrained: number;
  /** The same of held-out instructions. */
  readonly nearerHeldOut: number;
}

/** What each word does for the task a text is nearest to. */
export interface WhyAnswer {
  /** The task. */
  readonly task: TaskId;
  /** In the text's order: how much the task's lead falls without the word; negative where it grows. */
  readonly words: readonly { readonly word: string; readonly effect: number }[];
}

/** Lines of the user's own on the map. */
export interface LayerAnswer {
  /** Names it in links: a hash of the lines. */
  readonly id: string;
  /** As the file is called. */
  readonly name: string;
  /** The lines. */
  readonly texts: readonly string[];
  /** float32 [lines dimensions] by layout. */
  readonly coordinates: Readonly<Record<LayoutId, string>>;
  /** Nearest training instruction of each line. */
  readonly nearest: readonly number[];
  /** float32 [lines]: its cosine. */
  readonly cosines: string;
}

/** A line of the answer while a layer is made. */
export type LayerEvent =
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "layer"; readonly layer: LayerAnswer }
  | { readonly kind: "error"; readonly error: string };

/** A condition to choose. */
export interface GalleryEntry {
  /** Names it in links. */
  readonly id: string;
  /** The task it was composed for. */
  readonly task: TaskId;
  /** The user prompt that goes with it. */
  readonly prompt: string;
  /** What the condition shows. */
  readonly caption: string;
}

/** How pictures are sampled. */
export interface SampleSettings {
  /** The prompt; may be empty. */
  readonly prompt: string;
  /** Whole number: the noise depends on it and on the noise's number alone. */
  readonly seed: number;
  /** λ of the image attention. */
  readonly adapterScale: number;
  /** Sampler steps. */
  readonly steps: number;
  /** Guidance scale; 1 is the plain conditional prediction. */
  readonly guidance: number;
  /** Whether IPAdapter+, which takes no instruction, samples beside it: one picture per noise. */
  readonly plus: boolean;
}

/** What to sample, and how. */
export interface SampleBody extends SampleSettings {
  /** The page that asks: at most one sampling at a time for each. */
  readonly client: string;
  /** A gallery entry's id, or base64 of a picture file. */
  readonly condition: { readonly gallery: string } | { readonly picture: string };
  /** One picture for each. `mix` walks from the first text (0) to the second (1); `noise` numbers the noise. */
  readonly pictures: readonly {
    readonly texts: readonly string[];
    readonly mix?: number;
    readonly noise: number;
  }[];
}

/** One finished picture. */
export interface SampledPicture {
  /** Place in the request's list, or of IPAdapter+ the number of the noise. */
  readonly at: number;
  /** base64 of a PNG. */
  readonly png: string;
  /** Scores by name; there while a picture is finished only. */
  readonly scores?: Readonly<Record<string, number>>;
}

/** An adapter that pictures are sampled by: Instruct, or IPAdapter+. */
export type SampledModel = "instruct" | "plus";

/** A line of the answer while pictures are sampled. */
export type SampleLine =
  | { readonly kind: "waiting" }
  | {
    readonly kind: "step";
    readonly model: SampledModel;
    readonly done: number;
    readonly total: number;
    readonly pictures: readonly SampledPicture[];
  }
  | {
    readonly kind: "finished";
    readonly model: SampledModel | "target";
    readonly pictures: readonly SampledPicture[];
  }
  | { readonly kind: "done"; readonly notes: readonly string[]; readonly seconds: number }
  | { readonly kind: "cancelled" }
  | { readonly kind: "error"; readonly error: string };

/** Numbers to base64 of their float32. */
export function encodeFloats(values: ArrayLike<number>): string {
  const bytes = new Uint8Array(Float32Array.from(values).buffer);
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return btoa(text);
}

/** The float32 that {@link encodeFloats} wrote. */
export function decodeFloats(base64: string): Float32Array {
  const letters = atob(base64), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i); // a loop: millions of letters come
  return new Float32Array(bytes.buffer);
}
