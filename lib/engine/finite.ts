/** Numbers that a model gave and that are none: which part gave them, and which of its tensors is to blame. */
import { oneLine } from "./errors.ts";
import { readWeight, type Weights } from "./file_array.ts";
import type { HostArray } from "./host_array.ts";

/**
 * A model's output is not finite: its weights are damaged, or its numbers grew beyond what they can hold. No mistake in what was asked, so a
 * command ends with this one sentence and exit code 1.
 */
export class NotFiniteError extends Error {
  /** Tells it from mistakes of the program. */
  override readonly name = "NotFiniteError";
  /** `message` becomes one line. */
  constructor(message: string) {
    super(oneLine(message));
  }
}

/** Place of the first number that is not finite; -1 where all are. */
function firstNotFinite(data: HostArray["data"]): number {
  if (!(data instanceof Float32Array)) return -1;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return i;
  return -1;
}

/** A clause that names the first tensor with a number that is not finite, such as `"a.weight" holds NaN`; nothing where all are sound. */
export function brokenTensor(tensors: Weights): string | undefined {
  for (const [name, weight] of Object.entries(tensors)) {
    const { data } = readWeight(weight), at = firstNotFinite(data);
    if (at >= 0) return `"${name}" holds ${data[at]}`;
  }
  return undefined;
}

/**
 * Checks what a model gave.
 *
 * @param part what gave it, such as "the autoencoder".
 * @param suspects the weights that made it, by what they belong to; read only when something is wrong.
 * @throws NotFiniteError naming the part, and the tensor of it that holds such a number.
 */
export function checkFinite(
  data: HostArray["data"],
  part: string,
  suspects: Readonly<Record<string, Weights>> = {},
): void {
  const at = firstNotFinite(data);
  if (at < 0) return;
  for (const [owner, weights] of Object.entries(suspects)) {
    const broken = brokenTensor(weights);
    if (broken) {
      throw new NotFiniteError(
        `Running ${owner} failed: expected finite numbers, got ${data[at]}: ${broken}`,
      );
    }
  }
  throw new NotFiniteError(
    `Running ${part} failed: expected finite numbers, got ${data[at]}${
      Object.keys(suspects).length > 0 ? " from finite weights, which grew beyond single precision" : ""
    }`,
  );
}
