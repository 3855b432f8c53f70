/**
 * `deno task schemas`: writes results/result.schema.json and results/figure.schema.json, made from the types of the stored results. Without
 * --write, which the task gives, nothing is written; exit code 1 where a file is not what the types say.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { onDemandPackage } from "../../lib/hub/mod.ts";
import { type FigureEntry, loadFigures, type TypeName } from "./figure.ts";
import { FIGURES } from "./mod.ts";
import { FIGURE_SCHEMA, RESULT_SCHEMA } from "../../lib/report/mod.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A JSON Schema, as far as it is read here. */
interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly [keyword: string]: unknown;
}

type Definitions = Record<string, Schema>;

/** A type as the compiler computes it. */
interface ComputedType {
  readonly value?: unknown;
  readonly types?: readonly ComputedType[];
}

/** A parser of ts-json-schema-generator: of which nodes of the syntax, and the type it makes of one. */
interface NodeParser {
  supportsNode(node: object): boolean;
  createType(node: object): unknown;
}

/** What is used of ts-json-schema-generator. */
interface SchemaGenerators {
  readonly DEFAULT_CONFIG: object;
  createProgram(config: object): {
    getTypeChecker(): { getTypeFromTypeNode(node: object): ComputedType };
  };
  createParser(
    program: object,
    config: object,
    augment: (parser: { addNodeParser(parser: NodeParser): void }) => void,
  ): object;
  createFormatter(config: object): object;
  SchemaGenerator: new (program: object, parser: object, formatter: object, config: object) => {
    createSchema(type: string): { definitions: Definitions };
  };
  LiteralType: new (value: string) => object;
  UnionType: new (types: readonly object[]) => object;
}

/** The texts of a union of literal texts, sorted; undefined for every other type. */
function textsOf(type: ComputedType): readonly string[] | undefined {
  const values = (type.types ?? [type]).map(({ value }) => value);
  return values.every((value) => typeof value === "string") ? values.sort() : undefined;
}

/** Definitions of types and of all that they name; names picked out of records (`(typeof LIST)[number]["id"]`) are what the compiler finds there. */
async function definitionsOf(types: readonly TypeName[]): Promise<Definitions> {
  const name = "ts-json-schema-generator";
  const load = createRequire(join(await onDemandPackage(name), "package.json"));
  const generators = load(name) as SchemaGenerators;
  const modules = [...new Set(types.map(({ module }) => module))];
  const config = {
    ...generators.DEFAULT_CONFIG,
    path: `${ROOT}{${modules.join(",")}}`,
    tsconfig: `${ROOT}experiments/figures/tsconfig.schemas.json`,
    skipTypeCheck: true,
    additionalProperties: false,
    topRef: true,
  };
  const program = generators.createProgram(config);
  const checker = program.getTypeChecker();
  const names: NodeParser = {
    supportsNode: (node) => "indexType" in node && textsOf(checker.getTypeFromTypeNode(node)) !== undefined,
    createType: (node) =>
      new generators.UnionType(
        textsOf(checker.getTypeFromTypeNode(node))!.map((text) => new generators.LiteralType(text)),
      ),
  };
  const parser = generators.createParser(program, config, (chain) => chain.addNodeParser(names));
  const generator = new generators.SchemaGenerator(
    program,
    parser,
    generators.createFormatter(config),
    config,
  );
  return Object.assign(
    {},
    ...types.map(({ type }) => generator.createSchema(type).definitions),
  ) as Definitions;
}

/** What a schema refers to, directly or through others. */
function reached(schema: unknown, definitions: Definitions, found = new Set<string>()): ReadonlySet<string> {
  for (const [, name = ""] of JSON.stringify(schema).matchAll(/"#\/definitions\/([^"]+)"/g)) {
    if (found.has(name)) continue;
    found.add(name);
    reached(definitions[name], definitions, found);
  }
  return found;
}

/** A schema file; `further` are types of other files beside the result. */
function textOf(
  id: string,
  root: Schema,
  definitions: Definitions,
  further: readonly string[] = [],
): string {
  const used = reached([root, ...further.map((name) => ({ $ref: `#/definitions/${name}` }))], definitions);
  const sorted = Object.entries(definitions).filter(([name]) => used.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: id,
    ...root,
    definitions: Object.fromEntries(sorted),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

const report = (file: string, type: string): TypeName => ({ module: `lib/report/${file}`, type });

/** Schema by file. */
export async function schemas(
  list: readonly FigureEntry[] = FIGURES,
): Promise<Readonly<Record<string, string>>> {
  const figures = (await loadFigures(list)).flatMap(({ record: { id }, content }) =>
    content === undefined ? [] : [{ id, content }]
  );
  const all = await definitionsOf([
    report("table1_result.ts", "Table1Result"),
    report("table1_result.ts", "Table1Sample"),
    report("figure_result.ts", "FigureEnvelope"),
    ...figures.map(({ content }) => content),
  ]);
  const envelope = all["FigureResult<unknown>"] as Schema;
  const figure: Schema = {
    ...envelope,
    title: "result.json of `deno task reproduce figN`",
    description:
      "What a figure is rendered from, the verdict on each of the paper's statements about it, and where it comes from.",
    properties: { ...envelope.properties, experiment: { enum: figures.map(({ id }) => id) } },
    allOf: figures.map(({ id, content }) => ({
      if: { properties: { experiment: { const: id } } },
      then: { properties: { content: { $ref: `#/definitions/${content.type}` } } },
    })),
  };
  const table: Schema = {
    ...all["Table1Result"],
    title: "result.json of `deno task reproduce table1`",
    description:
      "Cells of the table with intervals, the verdict on each of the paper's statements about it, and where the numbers come from. " +
      "Beside it, samples.jsonl holds one line per sample (Table1Sample): the mean of every cell is the mean of scores[metric] over its rows there.",
  };
  return {
    "results/result.schema.json": textOf(RESULT_SCHEMA, table, all, ["Table1Sample"]),
    "results/figure.schema.json": textOf(FIGURE_SCHEMA, figure, all),
  };
}

if (import.meta.main) {
  const write = process.argv.includes("--write");
  for (const [path, content] of Object.entries(await schemas())) {
    const file = `${ROOT}${path}`;
    if (existsSync(file) && readFileSync(file, "utf8") === content) continue;
    if (write) writeFileSync(file, content);
    else {
      console.error(`${path} is not what the types say: deno task schemas`);
      process.exitCode = 1;
    }
  }
}
