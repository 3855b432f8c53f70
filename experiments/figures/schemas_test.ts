import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { FIGURES } from "./mod.ts";
import { jsonSchemas, type Validate } from "../json_schemas.ts";
import { schemas } from "./schemas.ts";

const MADE = await schemas();
const AJV = await jsonSchemas();
const VALIDATORS = Object.fromEntries(
  Object.entries(MADE).map(([path, content]) => [path, AJV.compile(JSON.parse(content))]),
);
const TABLE = JSON.parse(MADE["results/result.schema.json"]!) as { definitions: object };
const SAMPLE = AJV.compile({ $ref: "#/definitions/Table1Sample", definitions: TABLE.definitions });

const validatorOf = (id: string): Validate =>
  VALIDATORS[id === "table1" ? "results/result.schema.json" : "results/figure.schema.json"]!;

/** Folders of an experiment's stored runs. */
const runsOf = (id: string) =>
  /\.\w+$/.test(id) ? [] : readdirSync(join("results", id)).map((run) => join("results", id, run))
    .filter((folder) => existsSync(join(folder, "result.json")));

const stored = (folder: string) => JSON.parse(readFileSync(join(folder, "result.json"), "utf8")) as unknown;

Deno.test("the schemas in results/ are what the types say, and every stored result matches its own", () => {
  for (const [path, content] of Object.entries(MADE)) {
    assert.ok(readFileSync(path, "utf8") === content, `${path} is of other types: deno task schemas`);
  }
  for (const id of readdirSync("results")) {
    const valid = validatorOf(id);
    for (const folder of runsOf(id)) {
      assert.ok(valid(stored(folder)), `${folder}: ${AJV.errorsText(valid.errors)}`);
    }
  }
  for (const { id } of FIGURES) assert.ok(runsOf(id).length > 0, `${id} has no stored result`);
});

/** A place of a result as a JSON pointer, and what it cannot hold. */
type Refused = readonly [pointer: string, ...values: readonly unknown[]];

const UNKNOWN = ["unknown", ""];
const NO_COUNT = [-1, 1.5, "3", "NaN", null];
const NO_SEED = [0.5, "1", null];
const NO_SHARE = [-0.1, 1.1, "NaN", null];
const NO_NUMBER = ["NaN", "0.5", null];
const NO_POSITIVE = [0, ...NO_COUNT];

/** Of every result. */
const OF_ALL: readonly Refused[] = [
  ["/schema", "ipadapter-instruct/other/1"],
  ["/scale", ...UNKNOWN],
  ["/unknown", "a field that no type has"],
  ["/tasks", ["unknown"], ["style", "style"], "style"],
  ["/seeds", [], [1, 1], [1.5], ["1"]],
  ["/provenance/commit", "abc", ""],
  ["/provenance/dirty", "no"],
  ["/provenance/threads", ...NO_POSITIVE],
  ["/provenance/memory", ...NO_POSITIVE],
  ["/provenance/datasetHash", "", null],
  ["/provenance/dataFiles", { file: "abc" }],
  ["/provenance/wallTimePerStage", { stage: -1 }, { stage: "NaN" }],
  ["/provenance/stageKeys", { stage: "abc" }],
];

/** Of those that judge statements. */
const OF_CLAIMS: readonly Refused[] = [
  ["/claims/0/verdict", ...UNKNOWN],
  ["/claims/0/region", {}, { low: "0", high: null }],
];

/** Of one experiment's. */
const OF_EACH: Readonly<Record<string, readonly Refused[]>> = {
  table1: [
    ...OF_CLAIMS,
    ["/experiment", "table2"],
    ["/cells/0/row", ...UNKNOWN],
    ["/cells/0/task", ...UNKNOWN],
    ["/cells/0/metric", ""],
    ["/cells/0/mean", ...NO_NUMBER],
    ["/cells/0/low", "NaN"],
    ["/cells/0/n", ...NO_POSITIVE],
    ["/metrics/CLIP-I/higherIsBetter", "yes"],
    ["/training/0/row", ...UNKNOWN],
    ["/training/0/task", ...UNKNOWN],
    ["/training/0/seed", ...NO_SEED],
    ["/training/0/steps", ...NO_COUNT],
    ["/training/0/seconds", -1, "10"],
    ["/training/0/finalLoss", ...NO_NUMBER],
  ],
  fig2: [
    ["/experiment", "fig1", ""],
    ["/content/sizes", [], [{ name: "mini", parts: [], stages: [], sizes: {} }]],
    ["/content/sizes/0/parts/0/parameters", ...NO_COUNT],
    ["/content/sizes/0/stages/0/kind", ...UNKNOWN],
    ["/content/sizes/0/stages/0/channels", ...NO_COUNT],
  ],
  fig4: [
    ["/content/instructions", ...NO_COUNT],
    ["/content/mentions", ...NO_SHARE],
    ["/content/corpora/0/corpus", ...UNKNOWN],
    ["/content/corpora/0/foreign", ...NO_SHARE],
    ["/content/corpora/0/taskPurity", { unknown: { mean: 1, low: null, high: null } }],
    ["/content/corpora/0/taskCentroid", { unknown: { mean: 1, low: null, high: null } }],
    ["/content/fixed/0/task", ...UNKNOWN],
    ["/content/fixed/0/share", ...NO_SHARE],
    ["/content/fixed/0/farther", ...NO_SHARE],
    ["/content/fixed/0/seed", ...NO_SEED],
    ["/content/layouts/0/method", ...UNKNOWN],
    ["/content/layouts/0/trustworthiness", ...NO_SHARE],
    ["/content/layouts/0/fixedPurity", ...NO_SHARE],
  ],
  fig5: [["/content/examples/0/task", ...UNKNOWN], ["/content/examples/0/index", ...NO_COUNT]],
  fig7: [
    ["/content/curves/0/row", ...UNKNOWN],
    ["/content/curves/0/task", ...UNKNOWN],
    ["/content/curves/0/steps", [-1], [0.5]],
    ["/content/curves/0/n", ...NO_COUNT],
    ["/content/curves/0/seeds/0/seed", ...NO_SEED],
    ["/content/curves/0/reached", 1.5, "10"],
  ],
  fig8: [
    ["/content/wordings", 0, 1, ...NO_COUNT],
    ["/content/noises", 0, 1, ...NO_COUNT],
    ["/content/ratios/0/space", ...UNKNOWN],
    ["/content/ratios/0/task", ...UNKNOWN],
    ["/content/spreads/0/row", ...UNKNOWN],
    ["/content/spreads/0/task", ...UNKNOWN],
  ],
  fig9: [
    ...OF_CLAIMS,
    ["/content/cells/0/task", ...UNKNOWN],
    ["/content/cells/0/row", ""],
    ["/content/cells/0/metric", ""],
    ["/content/cells/0/n", ...NO_POSITIVE],
    ["/content/leaks/0/task", ...UNKNOWN],
    ["/content/leaks/0/mean", ...NO_NUMBER],
  ],
  fig10: [
    ["/content/cells/0/task", ...UNKNOWN],
    ["/content/cells/0/n", ...NO_POSITIVE],
    ["/content/agreement", { style: 1 }],
  ],
  scale: [
    ["/content/scales", [-1], ["NaN"]],
    ["/content/curves/0/task", ...UNKNOWN],
    ["/content/curves/0/metric", ""],
    ["/content/curves/0/of", ...UNKNOWN],
    ["/content/trade", [{ mean: "NaN", low: null, high: null }]],
  ],
  ablations: [
    ["/content/leftOut/0/task", ...UNKNOWN],
    ["/content/differences/0/task", ...UNKNOWN],
    ["/content/untrained/0/task", ...UNKNOWN],
    ["/content/untrained/0/metric", ""],
    ["/content/effect", { mean: "NaN", low: null, high: null }, "none"],
  ],
};

const SAMPLES: readonly Refused[] = [
  ["/row", ...UNKNOWN],
  ["/task", ...UNKNOWN],
  ["/index", ...NO_COUNT],
  ["/seed", ...NO_SEED],
  ["/scores", {}, { "CLIP-I": "NaN" }, null],
];

/** A copy with another value at a place. */
function changed(root: unknown, pointer: string, value: unknown): unknown {
  const copy = structuredClone(root);
  const names = pointer.slice(1).split("/");
  const last = names.pop() as string;
  const parent = names.reduce((at, name) => (at as Record<string, unknown>)[name], copy);
  assert.ok(typeof parent === "object" && parent !== null, `${pointer} is there`);
  (parent as Record<string, unknown>)[last] = value;
  return copy;
}

/** That each value is refused, and for being where it is. */
function assertRefused(name: string, valid: Validate, root: unknown, refused: readonly Refused[]) {
  assert.ok(valid(root), `${name}: ${AJV.errorsText(valid.errors)}`);
  for (const [pointer, ...values] of refused) {
    for (const value of values) {
      const what = `${name}${pointer} = ${JSON.stringify(value)}`;
      assert.ok(!valid(changed(root, pointer, value)), `${what} is accepted`);
      const places = valid.errors!.map(({ instancePath, params }) =>
        "additionalProperty" in params ? `${instancePath}/${params["additionalProperty"]}` : instancePath
      );
      assert.ok(
        places.some((place) => place.startsWith(pointer)),
        `${what}: ${AJV.errorsText(valid.errors)}`,
      );
    }
  }
}

Deno.test("the schemas refuse unknown rows, tasks and fields, empty lists and texts, counts below their least, and what is no number", () => {
  for (const [id, refused] of Object.entries(OF_EACH)) {
    const folder = runsOf(id)[0] as string;
    assertRefused(id, validatorOf(id), stored(folder), [...OF_ALL, ...refused]);
  }
  const [line = ""] = readFileSync(join(runsOf("table1")[0] as string, "samples.jsonl"), "utf8").split("\n");
  assertRefused("samples.jsonl", SAMPLE, JSON.parse(line), SAMPLES);
});
