/** A configuration file's JSON as fields. */
import { isJsonObject, UserError } from "../../lib/engine/mod.ts";

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

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
  return isJsonObject(given) ? given : fail("expected an object");
}
