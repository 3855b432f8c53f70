/**
 * What peft and diffusers write about a LoRA beside its tensors: `lora_alpha` and its exceptions, without which its strength is another.
 *
 * | where                          | form                                                            |
 * | ------------------------------ | --------------------------------------------------------------- |
 * | header `lora_adapter_metadata` | JSON, each field with its part before it: "unet.lora_alpha": 8  |
 * | adapter_config.json beside it  | JSON of the part that peft saved                                |
 *
 * The factor is lora_alpha / r, or lora_alpha / √r where `use_rslora` says so; `alpha_pattern` has other alphas for modules whose names fit.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { isJsonObject, UserError } from "../engine/mod.ts";
import { readText } from "../hub/mod.ts";
import type { LoraPart } from "./lora_part.ts";

/** A part's settings: the alpha of a module of this rank; nothing where the settings name none. */
export type AlphaOf = (module: string, rank: number) => number | undefined;

type Fields = Readonly<Record<string, unknown>>;

function parse(text: string, what: string): Fields {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    fields = undefined;
  }
  if (isJsonObject(fields)) return fields;
  throw new UserError(`Reading ${what} failed: expected a JSON object, got something else`);
}

/** peft's rule: the whole name, or its end from a dot on. */
function fits(pattern: string, what: string): RegExp {
  try {
    return new RegExp(`^(?:.*\\.)?(?:${pattern})$`);
  } catch {
    throw new UserError(`Reading ${what} failed: its alpha_pattern "${pattern}" is no pattern`);
  }
}

function alphas(fields: Fields, what: string): AlphaOf {
  const number = (field: string, value: unknown): number => {
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new UserError(
      `Reading ${what} failed: expected ${field} to be a number, got ${JSON.stringify(value)}`,
    );
  };
  if (fields.use_dora) {
    throw new UserError(
      `Reading ${what} failed: expected a LoRA, got a DoRA (use_dora), which is not built here`,
    );
  }
  const peft = fields.peft_type ?? "LORA";
  if (peft !== "LORA") {
    throw new UserError(`Reading ${what} failed: expected a LoRA, got peft_type ${JSON.stringify(peft)}`);
  }
  const general = fields.lora_alpha === undefined ? undefined : number("lora_alpha", fields.lora_alpha);
  const exceptions = Object.entries(isJsonObject(fields.alpha_pattern) ? fields.alpha_pattern : {})
    .map(([pattern, alpha]) => ({ name: fits(pattern, what), alpha: number("alpha_pattern", alpha) }));
  const power = fields.use_rslora ? 0.5 : 0;
  return (module, rank) => {
    const alpha = exceptions.find(({ name }) => name.test(module))?.alpha ?? general;
    return alpha === undefined ? undefined : alpha * rank ** power;
  };
}

/** Text of the adapter_config.json beside a file with these names of tensors; nothing where there is none, or the names are not peft's. */
export function adapterConfigBeside(path: string, names: readonly string[]): string | undefined {
  const beside = join(dirname(path), "adapter_config.json");
  if (!names.some((name) => /\.lora_[AB]\./.test(name)) || !existsSync(beside)) return undefined;
  return readText(beside);
}

/**
 * The alphas that a file's header, else the adapter_config.json beside it, has for a part.
 *
 * @throws UserError when they are damaged, or of another kind than LoRA.
 */
export function loraAlphas(
  { metadata = {}, beside }: { metadata?: Readonly<Record<string, string>>; beside?: string | undefined },
  part: LoraPart,
): AlphaOf {
  const header = metadata.lora_adapter_metadata;
  if (header !== undefined) {
    const what = "the header's lora_adapter_metadata", start = `${part}.`;
    const own = Object.entries(parse(header, what)).filter(([field]) => field.startsWith(start));
    return alphas(Object.fromEntries(own.map(([field, value]) => [field.slice(start.length), value])), what);
  }
  if (beside === undefined) return () => undefined;
  const what = "adapter_config.json beside the LoRA";
  return alphas(parse(beside, what), what);
}
