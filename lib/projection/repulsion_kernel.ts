/** The innermost loop of t-SNE, four actors at a time in WebAssembly's vectors: the divisions are what its time goes into. */

/**
 * What acts on a point: places and how many points are there, in float32 (as scikit-learn's). The error of the tree's approximation is
 * some 10⁵ times theirs.
 */
export interface ActorList {
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
  readonly mass: Float32Array;
}

/** A list and what computes its forces; one per thread. */
export interface RepulsionKernel {
  readonly list: ActorList;
  /** Written by `repel`: Σ mass k² (y − a) by axis, Σ mass k, with k = (1 + |y − a|²)⁻¹. */
  readonly sums: Float64Array;
  /** Fills `sums` for the point (x, y, z) and the list's first `length` actors. */
  repel(x: number, y: number, z: number, length: number): void;
}

/** What repulsion.wat assembles to. */
export const REPULSION_MODULE =
  "AGFzbQEAAAABDwJgBn19fX9/fwBgAXsBfAMDAgABBQMBAAEHEgIGbWVtb3J5AgAFcmVwZWwAAAqnAgKGAgIEfw17IAD9EyEKIAH9EyELIAL9EyEMQwAAgD/9EyEN" +
  "IAQhByAHIARqIQggCCAEaiEJA0AgCiAG/QAEAP3lASEOIAsgBiAHav0ABAD95QEhDyAMIAYgCGr9AAQA/eUBIRAgDSANIA4gDv3mAf3kASAPIA/95gEgECAQ/eYB" +
  "/eQB/eQB/ecBIREgBiAJav0ABAAgEf3mASESIBYgEv3kASEWIBIgEf3mASERIBMgESAO/eYB/eQBIRMgFCARIA/95gH95AEhFCAVIBEgEP3mAf3kASEVIAZBEGoi" +
  "BiADSQ0ACyAFIBMQATkDACAFIBQQATkDCCAFIBUQATkDECAFIBYQATkDGAsdACAA/R8AuyAA/R8Bu6AgAP0fArsgAP0fA7ugoAs=";

const LANES = 4;
const PAGE = 1 << 16;

type Repel = (x: number, y: number, z: number, bytes: number, run: number, sums: number) => void;

/** A kernel for up to `most` actors. */
export function repulsionKernel(most: number): RepulsionKernel {
  const module = new WebAssembly.Module(Uint8Array.from(atob(REPULSION_MODULE), (c) => c.charCodeAt(0)));
  const { memory, repel } = new WebAssembly.Instance(module).exports as {
    memory: WebAssembly.Memory;
    repel: Repel;
  };
  const room = Math.ceil(most / LANES) * LANES, run = 4 * room;
  memory.grow(Math.ceil((4 * run + 32) / PAGE));
  const { buffer } = memory;
  const [x, y, z, mass] = [0, 1, 2, 3].map((axis) => new Float32Array(buffer, axis * run, room)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const place = 4 * run; // divisible by 16
  return {
    list: { x, y, z, mass },
    sums: new Float64Array(buffer, place, 4),
    repel(px, py, pz, length) {
      if (length > room) throw new RangeError(`repel() takes up to ${room} actors, got ${length}`);
      const filled = Math.ceil(length / LANES) * LANES;
      for (let n = length; n < filled; n++) mass[n] = 0;
      repel(px, py, pz, 4 * filled, run, place);
    },
  };
}
