/** Settings from a file, since those of a cluster repeat: the options of the command line by name. The command line goes before. */
import { UserError } from "../../lib/engine/errors.ts";
import { isJsonObject } from "../../lib/engine/json_object.ts";
import { readText } from "../../lib/hub/text_file.ts";
import { type OptionKind, suggestion } from "../setting/command_line.ts";

/** Name of the file that holds the options of a run, beside its result. */
export const RUN_FILE = "run.json";

/** Options as read from a command line. */
export interface Options {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Adds the settings of a JSON file, e.g. `{"executor": "slurm", "partition": "gpu", "seeds": 5, "wait": true}`, to options that were given.
 *
 * @param kinds the options there are
 * @throws UserError when the file cannot be read, is no JSON in UTF-8, or has a setting that is no option or of another kind
 */
export function withConfig<Given extends Options>(
  given: Given,
  path: string,
  kinds: Readonly<Record<string, OptionKind>>,
): Given {
  let settings: unknown;
  try {
    settings = JSON.parse(readText(path));
  } catch (error) {
    if (error instanceof UserError) throw error;
    const problem = error instanceof SyntaxError ? "which is no JSON" : "which cannot be read";
    throw new UserError(`--config expects a JSON file of options, got ${path}, ${problem}`);
  }
  if (!isJsonObject(settings)) {
    throw new UserError(`--config expects an object of options in ${path}, got ${JSON.stringify(settings)}`);
  }
  const flags = new Set(given.flags);
  const values = new Map(given.values);
  for (const [name, value] of Object.entries(settings)) {
    const kind = kinds[name];
    if (kind === undefined || name === "config") {
      throw new UserError(
        `${path} expects options by name, got "${name}"${suggestion(name, Object.keys(kinds))}`,
      );
    }
    if (kind === "flag") {
      if (typeof value !== "boolean") {
        throw new UserError(`"${name}" in ${path} expects true or false, got ${JSON.stringify(value)}`);
      }
      if (value) flags.add(name);
      continue;
    }
    const list = Array.isArray(value) ? value : [value];
    if (list.length === 0 || !list.every((each) => typeof each === "string" || typeof each === "number")) {
      throw new UserError(
        `"${name}" in ${path} expects a text, a number or a list, got ${JSON.stringify(value)}`,
      );
    }
    if (!values.has(name)) values.set(name, list.join(","));
  }
  return { ...given, flags, values };
}

/** The file of a run with these settings, to be given to `--config`: every option that was set, however. */
export function configText({ flags, values }: Options): string {
  const options = [
    ...[...values].filter(([name]) => name !== "config"),
    ...[...flags].map((name) => [name, true]),
  ];
  const sorted = options.sort(([a], [b]) => String(a) < String(b) ? -1 : 1);
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}
