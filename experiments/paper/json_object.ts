/** A configuration file's JSON as fields. */
import { UserError } from "../../lib/engine/mod.ts";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value of JSON is an object, no list. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Refuses a file in one sentence. */
export const refuser = (path: string) => (why: string): never => {
  throw new UserError(`Reading ${path} failed: ${why}`);
};

/** The fields of a JSON object's text; `path` for errors. @throws UserError when it is none. */
export function jsonObject(text: string, path: string): Fields {
  const fail = refuser(path);
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    fail("expected JSON, got something else");
  }
  return isFields(given) ? given : fail("expected an object");
}
