/** How precisely the products of a training step are computed. A request without the field: in single precision. */
import type { Precision } from "../../lib/engine/compile.ts";
import type { Device } from "./experiment.ts";
import { fieldOf, type Fields } from "./request_field.ts";

/** The precisions. */
export const PRECISIONS = ["float32", "half"] as const satisfies readonly Precision[];

/** What a device computes unless a user says: half where it multiplies such numbers itself. */
export const usualPrecision = (device: Device): Precision => device === "cuda" ? "half" : "float32";

/** The field of a training whose products are not in single precision; none else. */
export function precisionFields(precision: Precision = "float32"): Fields {
  return precision === "float32" ? {} : { precision };
}

/** A request's precision. @throws RangeError for an unknown one. */
export const precisionOf = (request: Fields): Precision =>
  fieldOf("precision", request, PRECISIONS) ?? "float32";
