/** In which parts a batch is run where it does not fit a device at once. A request without the field runs it whole. */
import type { Fields } from "./request_field.ts";

/** The field of a training whose batch is run in parts of so many samples; none where it is run whole. */
export function microBatchFields(samples?: number): Fields {
  return samples === undefined ? {} : { microBatch: samples };
}

/** Samples of a part: the request's, at most its batch. @throws RangeError unless they divide the batch. */
export function microBatchOf({ batch, microBatch = batch }: Fields & { readonly batch: number }): number {
  const samples = Math.min(batch, microBatch as number);
  if (Number.isInteger(samples) && samples > 0 && batch % samples === 0) return samples;
  throw new RangeError(`A batch of ${batch} is run in parts that divide it, got parts of ${microBatch}`);
}
