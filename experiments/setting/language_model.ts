/** The options --llm and --model: a language model behind an OpenAI-compatible address. */
import { UserError } from "../../lib/engine/errors.ts";
import type { LanguageModel } from "../../lib/instructions/mod.ts";

/** The model that options name; undefined where they name none. @throws UserError for one of the two alone, or another kind of address. */
export function languageModelOf(
  values: ReadonlyMap<string, string>,
  { apiKey }: { apiKey: string | undefined },
): LanguageModel | undefined {
  const [url, model] = [values.get("llm"), values.get("model")];
  if ((url === undefined) !== (model === undefined)) {
    throw new UserError(
      `--llm URL and --model NAME go together, got only --${url === undefined ? "model" : "llm"}`,
    );
  }
  if (url === undefined || model === undefined) return undefined;
  if (!/^https?:$/u.test(URL.parse(url)?.protocol ?? "")) {
    throw new UserError(`--llm must be an http or https address, got "${url}"`);
  }
  return { url, model, ...(apiKey ? { apiKey } : {}) };
}
