/** JSON Schemas in tests, by Ajv, which is installed on demand. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { onDemandPackage } from "../lib/hub/mod.ts";

/** What a schema finds wrong with a value. */
export interface SchemaFault {
  /** JSON pointer of the place. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Whether a value matches a schema; if not, `errors` says where. */
export interface Validate {
  (value: unknown): boolean;
  readonly errors?: readonly SchemaFault[] | null;
}

/** The part of Ajv that is used. */
export interface Schemas {
  compile(schema: object): Validate;
  /** The faults of the last call as text. */
  errorsText(errors: Validate["errors"]): string;
}

/** Ajv, which names all faults of a value. */
export async function jsonSchemas(): Promise<Schemas> {
  const { Ajv } = createRequire(join(await onDemandPackage("ajv"), "package.json"))("ajv") as {
    Ajv: new (options: object) => Schemas;
  };
  return new Ajv({ allErrors: true, allowUnionTypes: true });
}
