/** Options of a command line: what is wrong is said in one sentence, with the nearest name there is. */
import { writeSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { UserError } from "../../lib/engine/errors.ts";
import { NotFiniteError } from "../../lib/engine/finite.ts";

/** Runs a command. The exit code is the number it gives, else 0; 2, with one line on the error stream, for a mistake in what was asked; 1, with one line, when a model's output is not finite. */
export async function runCommand(run: () => Promise<number | void>): Promise<void> {
  try {
    process.exitCode = await run() ?? 0;
  } catch (error) {
    if (!(error instanceof UserError || error instanceof NotFiniteError)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof UserError ? 2 : 1;
  }
}

/** Writes all of a text to the output (1) or error stream (2) before it returns, also into a pipe; a reader that went away is no error. */
export function writeAll(descriptor: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}

/**
 * Runs a command and ends the process, whatever is still open in it: with 0; with 2 and one line on the error stream for a mistake in what was
 * asked; with 1 and one line for an error that `sentences` names; with 1 and the trace for any other.
 *
 * @param options.failed is called first with what went wrong, and may end the process otherwise.
 */
export async function runToExit(
  run: () => Promise<void>,
  options: {
    readonly sentences?: readonly (abstract new (...args: never[]) => Error)[];
    readonly failed?: (error: unknown) => void;
  } = {},
): Promise<never> {
  const { sentences = [], failed } = options;
  try {
    await run();
  } catch (error) {
    failed?.(error);
    const asked = error instanceof UserError;
    const text = !(error instanceof Error)
      ? String(error)
      : asked || sentences.some((kind) => error instanceof kind)
      ? error.message
      : error.stack ?? error.message;
    writeAll(2, `${text}\n`);
    process.exit(asked ? 2 : 1);
  }
  process.exit(0);
}

/** Whether an option stands alone, takes a value, or takes a text that may be empty. */
export type OptionKind = "flag" | "value" | "text";

/** Number of single-letter edits between two words. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** `; did you mean "quick"?` for the nearest name, or nothing when none is near. */
export function suggestion(got: string, names: readonly string[]): string {
  const ranked = names.map((name) => ({ name, distance: editDistance(got.toLowerCase(), name) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= Math.max(1, Math.floor(best.name.length / 2))
    ? `; did you mean "${best.name}"?`
    : "";
}

/**
 * One of the given names.
 *
 * @param action what needs it, e.g. "--budget"
 * @throws UserError with the names there are and the nearest one.
 */
export function oneOf<Name extends string>(action: string, got: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === got);
  if (found !== undefined) return found;
  throw new UserError(`${action} expects ${listed(names)}, got "${got}"${suggestion(got, names)}`);
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? `${names[0] ?? "nothing"}`
    : `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** A whole number within [low, high], `high` a safe integer. @throws UserError otherwise. */
export function wholeNumber(
  action: string,
  got: string,
  { low, high }: { low: number; high: number },
): number {
  const value = /^\d{1,16}$/.test(got) ? Number(got) : NaN;
  if (value >= low && value <= high) return value;
  throw new UserError(`${action} expects a whole number from ${low} to ${high}, got "${got}"`);
}

/**
 * Splits arguments into options and the rest.
 *
 * @throws UserError for an unknown option, an option given twice, a missing value, or a value for a flag.
 */
export function readOptions<Name extends string>(
  args: readonly string[],
  kinds: Readonly<Record<Name, OptionKind>>,
): { flags: ReadonlySet<Name>; values: ReadonlyMap<Name, string>; positionals: readonly string[] } {
  const names = Object.keys(kinds) as Name[];
  const options = Object.fromEntries(
    names.map((name) => [name, { type: kinds[name] === "flag" ? "boolean" as const : "string" as const }]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const flags = new Set<Name>();
  const values = new Map<Name, string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const name = names.find((each) => each === token.name);
    if (name === undefined) {
      const near = suggestion(token.name, names).replace('"', '"--');
      throw new UserError(
        `Reading the command line failed: ${token.rawName} is no option${near || "; --help lists them"}`,
      );
    }
    if (flags.has(name) || values.has(name)) {
      throw new UserError(`Reading the command line failed: --${name} is given twice`);
    }
    if (kinds[name] === "flag") {
      if (token.value !== undefined) throw new UserError(`--${name} expects no value, got "${token.value}"`);
      flags.add(name);
    } else {
      if (
        token.value === undefined || (token.value === "" && kinds[name] !== "text") ||
        (!token.inlineValue && token.value.startsWith("--"))
      ) {
        throw new UserError(
          `--${name} expects a value, got ${token.value ? `the option ${token.value}` : "none"}`,
        );
      }
      values.set(name, token.value);
    }
  }
  return { flags, values, positionals };
}
