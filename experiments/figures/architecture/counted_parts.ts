/** What Fig. 2 and Fig. 3 are rendered from: parameters of each part at two sizes, counted from the trees of shapes. */
import { compactCount } from "./compact_count.ts";
import type { Count } from "../../../lib/report/mod.ts";

/** Parameters of one part. */
export interface ArchitecturePart {
  /** Short name, unique within a size. */
  readonly id: string;
  /** Whether training leaves it as it is. */
  readonly frozen: boolean;
  /** Tensors. */
  readonly tensors: Count;
  /** Numbers in them. */
  readonly parameters: Count;
}

/** One stage of the U-Net. */
export interface ArchitectureStage {
  /** Which half. */
  readonly kind: "down" | "mid" | "up";
  /** Channels. */
  readonly channels: Count;
  /** Transformers, each with one text and one image cross-attention. */
  readonly transformers: Count;
}

/** One size of the models. */
export interface ArchitectureSize {
  /** "mini" or "SD 1.5". */
  readonly name: string;
  /** Counted parts. */
  readonly parts: readonly ArchitecturePart[];
  /** The U-Net from input to output. */
  readonly stages: readonly ArchitectureStage[];
  /** Named sizes: tokens and widths. */
  readonly sizes: Readonly<Record<string, Count>>;
}

/** The content of fig2's and fig3's results. */
export interface ArchitectureContent {
  /**
   * From small to large.
   * @minItems 2
   */
  readonly sizes: readonly ArchitectureSize[];
}

/** A part of a size. @throws RangeError when it was not counted. */
export function partOf(size: ArchitectureSize, id: string): ArchitecturePart {
  const part = size.parts.find((each) => each.id === id);
  if (part === undefined) {
    throw new RangeError(
      `Rendering ${size.name} needs the part "${id}", got ${size.parts.map(({ id }) => id).join(", ")}`,
    );
  }
  return part;
}

/** "mini 12.3 k, SD 1.5 4.56 M": parameters of parts at every size. */
export function countsOf({ sizes }: ArchitectureContent, ...ids: string[]): string[] {
  return sizes.map((size) => compactCount(ids.reduce((sum, id) => sum + partOf(size, id).parameters, 0)));
}

/** A named size at every scale, e.g. "8 | 16". */
export function sizesOf({ sizes }: ArchitectureContent, name: string): string {
  return sizes.map((size) => {
    const value = size.sizes[name];
    if (value === undefined) {
      throw new RangeError(`Rendering ${size.name} needs the size "${name}", got none`);
    }
    return String(value);
  }).join(" | ");
}

/** Two named sizes at every scale, e.g. "8 × 128 | 16 × 768". */
export function productsOf({ sizes }: ArchitectureContent, ...names: readonly string[]): string {
  return sizes.map((size) => names.map((name) => sizesOf({ sizes: [size] }, name)).join(" × ")).join(" | ");
}
