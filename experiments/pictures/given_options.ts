/** Options of a command line as parts of a request. */
import { type ChainNumberName, type NumberName, numberSetting, optionName } from "./settings.ts";
import { localFile } from "./hub_address.ts";
import { readBytes } from "./weight_file.ts";

/** Options by name, as read. */
export type OptionValues = ReadonlyMap<string, string>;

/** Options as read. */
export interface GivenOptions {
  readonly values: OptionValues;
  readonly flags: ReadonlySet<string>;
}

/** `{ as: value }` of an option that was given, else nothing. */
export function given<As extends string>(
  values: OptionValues,
  option: string,
  as: As,
): Partial<Record<As, string>> {
  const value = values.get(option);
  return value === undefined ? {} : { [as]: value } as Record<As, string>;
}

/** `{ as: path }` of a file that an option names, on this machine or on the hub, else nothing. @throws UserError when the hub has it not. */
export async function givenFile<As extends string>(
  values: OptionValues,
  option: string,
  as: As,
): Promise<Partial<Record<As, string>>> {
  const name = values.get(option);
  return name === undefined ? {} : { [as]: await localFile(name) } as Record<As, string>;
}

/** `{ as: bytes }` of a picture that an option names, else nothing. @throws UserError when there is no such file. */
export async function givenPicture<As extends string>(
  values: OptionValues,
  option: string,
  as: As,
): Promise<Partial<Record<As, Uint8Array>>> {
  const path = values.get(option);
  return path === undefined ? {} : { [as]: await readBytes(path, "the picture") } as Record<As, Uint8Array>;
}

/** The numbers that were given among these. @throws UserError for one out of range. */
export function numbersGiven<Name extends NumberName | ChainNumberName>(
  values: OptionValues,
  names: readonly Name[],
): Partial<Record<Name, number>> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = values.get(optionName(name).slice(2));
      if (text === undefined) return [];
      return [[name, numberSetting(name, /^-?\d*\.?\d+$/.test(text) ? Number(text) : text)]];
    }),
  ) as Partial<Record<Name, number>>;
}
