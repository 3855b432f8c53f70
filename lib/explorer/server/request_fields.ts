/** Fields of a request's JSON, each checked: what is wrong is said in one sentence. */
import { isJsonObject, UserError } from "../../engine/mod.ts";

/** A JSON object that came in. */
export type Fields = Readonly<Record<string, unknown>>;

/** How a value is named in sentences. */
const shown = (value: unknown) =>
  value === undefined ? "none" : JSON.stringify(value)?.slice(0, 60) ?? typeof value;

/** The request's body as an object. @throws UserError when it is none. */
export async function fieldsOf(request: { json(): Promise<unknown> }): Promise<Fields> {
  let value: unknown;
  try {
    value = await request.json();
  } catch (error) {
    if (error instanceof Error && error.name === "BodyLimitError") throw error;
    throw new UserError("Reading the request failed: expected JSON, got something else");
  }
  return objectField({ body: value }, "body");
}

/** An object. */
export function objectField(fields: Fields, name: string): Fields {
  const value = fields[name];
  if (isJsonObject(value)) return value;
  throw new UserError(`Reading the request failed: ${name} must be an object, got ${shown(value)}`);
}

/** A list with a bounded number of entries. */
export function listField(
  fields: Fields,
  name: string,
  { least, most }: { readonly least: number; readonly most: number },
): readonly unknown[] {
  const value = fields[name];
  if (Array.isArray(value) && value.length >= least && value.length <= most) return value;
  const got = Array.isArray(value) ? `${value.length}` : shown(value);
  throw new UserError(
    `Reading the request failed: ${name} must be a list of ${least} to ${most} entries, got ${got}`,
  );
}

/** A text of bounded length. */
export function textField(fields: Fields, name: string, { most }: { readonly most: number }): string {
  const value = fields[name];
  if (typeof value === "string" && value.length <= most) return value;
  const got = typeof value === "string" ? `${value.length}` : shown(value);
  throw new UserError(
    `Reading the request failed: ${name} must be a text of at most ${most} characters, got ${got}`,
  );
}

/** A number within bounds; whole where asked. */
export function numberField(
  fields: Fields,
  name: string,
  { low, high, whole = false }: { readonly low: number; readonly high: number; readonly whole?: boolean },
): number {
  const value = fields[name];
  if (
    typeof value === "number" && value >= low && value <= high && (!whole || Number.isInteger(value))
  ) return value;
  throw new UserError(
    `Reading the request failed: ${name} must be a ${
      whole ? "whole " : ""
    }number from ${low} to ${high}, got ${shown(value)}`,
  );
}
