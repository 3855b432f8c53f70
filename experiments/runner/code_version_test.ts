import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { canonicalCode } from "./canonical_code.ts";
import { codeVersions, ROOT } from "./code_version.ts";

/** A small tree of modules: an entry, an index that offers more than it uses, data, a worker, a module for its effect. */
const TREE = {
  "deno.json": '{"imports":{"left":"npm:left@1.0.0","right":"npm:right@1.0.0"}}',
  "stage.ts": `import { sum, type Pair } from "./lib/mod.ts";
import { Fault } from "./lib/fault.ts";
import table from "./table.json" with { type: "json" };
import "./effect.ts";
export async function compute(pair: Pair, context: any) {
  const total = sum(pair) + table.offset;
  if (total < 0) throw new Fault(\`Adding needs positive numbers, got \${total}\`);
  context.progress(1, 2, "pairs");
  const { late } = await import("./late.ts");
  context.write("greeting.txt", "hello");
  return late(total);
}
export function other() { return 1; }
`,
  "lib/mod.ts": `export { sum, type Pair } from "./sum.ts";
export { product } from "./product.ts";
`,
  "lib/sum.ts": `import pad from "left/pad";
/** A pair. */
export interface Pair { a: number; b: number }
function unused(a: number) { return a * 7; }
const add = (one: number, other: number) => { if (one > other) return one + other; else return other + one; };
export function sum({ a, b }: Pair): number {
  const left = a, right = b;
  return pad(add(left, right));
}
`,
  "lib/product.ts": `import pad from "right";
import { setUp } from "./set_up.ts";
const RANKS = setUp(3);
export const product = (a: number, b: number) => pad(a * b * RANKS);
`,
  "lib/set_up.ts": "export const setUp = (n: number) => n * 2;\n",
  "lib/fault.ts": `import { words } from "./words.ts";
export class Fault extends RangeError {}
export const explained = () => new Fault(words(1));
`,
  "lib/words.ts": "export const words = (n: number) => `${n + 1} words`;\n",
  "table.json": '{ "offset": 3 }',
  "effect.ts": "globalThis.installed = 1;\n",
  "late.ts": `const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
export const late = (n: number) => [n - 1, worker()];
`,
  "worker.ts": "self.onmessage = ({ data }) => self.postMessage(data + 1);\n",
} as const;

type File = keyof typeof TREE;
const ENTRY = { module: "stage.ts", export: "compute" };

/** The versions of the small tree as it is and after each edit; every edit starts from the tree as it is. */
async function versions(
  edits: Readonly<Record<string, readonly [File, string, string][]>>,
): Promise<{ before: string; after: Record<string, string> }> {
  const root = mkdtempSync(join(tmpdir(), "version-"));
  try {
    const put = (name: string, text: string) => {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    };
    const version = async () => {
      const versionOf = await codeVersions([ENTRY], { root });
      return versionOf(ENTRY);
    };
    for (const [name, text] of Object.entries(TREE)) put(name, text);
    const before = await version();
    const after: Record<string, string> = {};
    for (const [what, changes] of Object.entries(edits)) {
      for (const [name, from, to] of changes) {
        const text = readFileSync(join(root, name), "utf8");
        assert.ok(text.includes(from), `${what}: ${name} has no ${from}`);
        put(name, text.replace(from, to));
      }
      after[what] = await version();
      for (const [name] of changes) put(name, TREE[name]);
    }
    return { before, after };
  } finally {
    rmSync(root, { recursive: true });
  }
}

Deno.test("codeVersions() does not change with what changes nothing that is computed", async () => {
  const { before, after } = await versions({
    "a comment": [["lib/sum.ts", "/** A pair. */", "/** Two numbers. */ // of any size"]],
    "a type": [["lib/sum.ts", "{ a: number; b: number }", "{ a: number; b: number; readonly c?: string }"]],
    "a line break": [["lib/sum.ts", "const left = a, right = b;", "const left = a;\n\n  const right = b;"]],
    "a function that is never called": [["lib/sum.ts", "a * 7", "a * 8 + Math.sqrt(a)"]],
    "another export of the module": [["stage.ts", "return 1", "return Math.max(2, 3)"]],
    "an export that nothing uses": [
      ["lib/mod.ts", "", 'export { zero, one } from "./product.ts";\n'],
      ["lib/product.ts", "", "export const zero = (zzzz: number) => zzzz % zzzz; export const one = 1;\n"],
    ],
    "a function behind an unused export": [["lib/set_up.ts", "n * 2", "n * 3"]],
    "a local name": [[
      "lib/sum.ts",
      "left = a, right = b;\n  return pad(add(left, right))",
      "xx = a, yy = b;\n  return pad(add(xx, yy))",
    ]],
    "the name of a parameter": [["late.ts", "(n: number) => [n - 1", "(number: number) => [number - 1"]],
    "the words of an error": [["stage.ts", "Adding needs positive", "Addition works with positive"]],
    "the numbers in the words of an error": [[
      "stage.ts",
      "got ${total}",
      "got ${pair.a} and ${pair.b - total}",
    ]],
    "the unit of a progress": [["stage.ts", '"pairs"', '"pairs of numbers"']],
    "a function that makes the words of an error": [["lib/words.ts", "n + 1", "n + 2"]],
    "what an unused export imports": [
      [
        "lib/product.ts",
        "",
        'import { Fault } from "./fault.ts";\nexport const fail = () => new Fault("");\n',
      ],
    ],
    "a function that moves to another module": [
      ["lib/sum.ts", "const add =", 'import { add } from "./words.ts";\nconst unusedToo ='],
      [
        "lib/words.ts",
        "",
        "export const add = (one: number, other: number) => { if (one > other) return one + other; else return other + one; };\n",
      ],
    ],
    "the order of imports": [
      [
        "stage.ts",
        'import { sum, type Pair } from "./lib/mod.ts";\nimport { Fault } from "./lib/fault.ts";\n',
        'import { Fault } from "./lib/fault.ts";\nimport { sum, type Pair } from "./lib/mod.ts";\n',
      ],
    ],
    "the version of a package behind an unused export": [["deno.json", "right@1.0.0", "right@2.0.0"]],
    "the layout of imported data": [["table.json", '{ "offset": 3 }', '{"offset":3}\n']],
  });
  for (const [what, version] of Object.entries(after)) assert.equal(version, before, what);
});

Deno.test("codeVersions() changes with each thing that is computed or written", async () => {
  const { before, after } = await versions({
    "an operator": [["lib/sum.ts", "one + other", "one - other"]],
    "a number": [["late.ts", "n - 1", "n - 2"]],
    "a text that is written": [["stage.ts", '"hello"', '"goodbye"']],
    "a condition of an error": [["stage.ts", "total < 0", "total <= 0"]],
    "imported data": [["table.json", "3", "4"]],
    "a module imported for its effect": [["effect.ts", "= 1", "= 2"]],
    "a module imported late": [["late.ts", "[n - 1,", "[n - 1, n,"]],
    "a worker": [["worker.ts", "data + 1", "data * 1"]],
    "which of two names is used": [["lib/sum.ts", "add(left, right)", "add(left, left)"]],
    "a global": [["lib/sum.ts", "pad(add(left, right))", "pad(Math.fround(add(left, right)))"]],
    "the version of a package": [["deno.json", "left@1.0.0", "left@1.0.1"]],
    "what of a package is used": [["lib/sum.ts", "import pad from", "import { pad } from"]],
  });
  for (const [what, version] of Object.entries(after)) assert.notEqual(version, before, what);
  assert.equal(new Set(Object.values(after)).size, Object.keys(after).length);
});

Deno.test("codeVersions() keep versions in a cache for as long as no module that was read changes", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kept-"));
  try {
    const [root, cacheFolder] = [join(folder, "tree"), join(folder, "cache")];
    for (const [name, text] of Object.entries(TREE)) {
      mkdirSync(dirname(join(root, name)), { recursive: true });
      writeFileSync(join(root, name), text);
    }
    const version = async (kept = true) =>
      (await codeVersions([ENTRY], { root, ...(kept && { cacheFolder }) }))(ENTRY);
    const before = await version();
    const [name, more] = readdirSync(join(cacheFolder, "code")) as [string, ...string[]];
    const path = join(cacheFolder, "code", name);
    assert.equal(more, undefined);
    const text = readFileSync(path, "utf8");
    const { modules, codes } = JSON.parse(text);
    const unread = new Set(["deno.json"]);
    assert.deepEqual(
      Object.keys(modules).sort(),
      Object.keys(TREE).filter((each) => !unread.has(each)).sort(),
    );

    // What is kept is what is answered: another hash there gives another version.
    const own = codes["stage.ts#compute"];
    writeFileSync(
      path,
      JSON.stringify({ modules, codes: { ...codes, "stage.ts#compute": { ...own, hash: "" } } }),
    );
    assert.notEqual(await version(), before);
    for (const damaged of ["", "{}", text.slice(0, -9)]) {
      writeFileSync(path, damaged);
      assert.equal(await version(), before);
      assert.equal(readFileSync(path, "utf8"), text);
    }

    for (
      const module of ["lib/sum.ts", "late.ts", "worker.ts", "table.json", "effect.ts", "deno.json"] as const
    ) {
      const text = TREE[module];
      writeFileSync(
        join(root, module),
        text.replace(/3|1(?=;)|(?<=data \+ )1|n - 1|one \+ other|left@1/, "7"),
      );
      assert.notEqual(readFileSync(join(root, module), "utf8"), text);
      const edited = await version(false);
      assert.notEqual(edited, before, module);
      assert.equal(await version(), edited, module);
      writeFileSync(join(root, module), text);
      assert.equal(await version(), before, module);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

Deno.test("codeVersions() of the training tell an edited kernel from edited words, comments and neighbours", async () => {
  const training = { module: "experiments/mini/train_adapter.ts", export: "trainAdapter" };
  const edited = async (file = "", from = "", to = "") => {
    let found = from === "";
    const versionOf = await codeVersions([training], {
      read(path) {
        const text = readFileSync(path, "utf8");
        if (file === "" || !path.endsWith(`/${file}`)) return text;
        found = text.includes(from);
        return text.replace(from, to);
      },
    });
    assert.ok(found, `${file} has no ${from}`);
    return versionOf(training);
  };
  const before = await edited();
  const headline = "/** ";
  assert.equal(await edited("lib/engine/kernels/products.ts", headline, "/** In other words: "), before);
  assert.equal(
    await edited("lib/diffusion/unet.ts", headline, "export const spare = (n: number) => n * n;\n/** "),
    before,
  );
  assert.equal(
    await edited(
      "experiments/adapters/train_adapter.ts",
      'steps, "steps", {',
      'steps, "steps of training", {',
    ),
    before,
  );
  assert.equal(await edited("lib/hub/hub_download.ts", "left -= chunk", "left += chunk"), before);
  assert.notEqual(await edited("lib/training/adamw.ts", "1 - first ** step", "1 + first ** step"), before);
});

Deno.test("codeVersions() of training, scoring and control leave out what is printed or only watched", async () => {
  const [training, scoring, control] = [
    { module: "experiments/mini/train_adapter.ts", export: "trainAdapter" },
    { module: "experiments/mini/generate_and_score.ts", export: "generateAndScore" },
    { module: "experiments/mini/measure_control.ts", export: "measureControl" },
  ];
  const combining = { module: "experiments/mini/combine_controls.ts", export: "combineControls" };
  const paper = { module: "experiments/paper/train_adapter.ts", export: "trainAdapter" };
  const entries = [training, scoring, control, combining, paper];
  const edits = [
    ["lib/plots/image_grid.ts", "const GAP = 6", "const GAP = 8"],
    ["experiments/adapters/sample_sheet.ts", "condition, sample, target", "condition, output, target"],
    ["experiments/mini/watched_samples.ts", "MOST_PAIRS = 3", "MOST_PAIRS = 4"],
    ["experiments/paper/watched_samples.ts", "items: 1,", "items: 2,"],
    ["lib/tasks/object.ts", "1 where, of the five drawings", "1 where of five drawings"],
    ["lib/tasks/control_oracles.ts", "1 less the mean difference", "One less the mean difference"],
    ["lib/metrics/table_scores.ts", "cosine of generated image and condition", "cosine of both images"],
    ["lib/tasks/controlnets/scribble.ts", "the strongest 15 %", "15 %"],
    ["experiments/mini/shared_models.ts", "(once)", "(only once)"],
  ] as const;
  const texts = new Map<string, string>();
  const versionOf = await codeVersions(entries, { read: (path) => readFileSync(path, "utf8") });
  for (const [file, from, to] of edits) {
    const path = join(ROOT, file);
    const text = readFileSync(path, "utf8");
    assert.ok(text.includes(from), `${file} has no ${from}`);
    texts.set(path, text.replace(from, to));
  }
  const editedOf = await codeVersions(entries, {
    read: (path) => texts.get(path) ?? readFileSync(path, "utf8"),
  });
  for (const entry of entries) assert.equal(editedOf(entry), versionOf(entry), entry.module);
});

Deno.test("codeVersions() read a task field by field: its look trains nothing again, its recipe does", async () => {
  const [encoding, training] = [
    { module: "experiments/mini/encode_dataset.ts", export: "encodeDataset" },
    { module: "experiments/mini/train_adapter.ts", export: "trainAdapter" },
  ] as const;
  const edited = async (from = "", to = "") => {
    let found = from === "";
    const versionOf = await codeVersions([encoding, training], {
      read(path) {
        const text = readFileSync(path, "utf8");
        if (from === "" || !path.endsWith("/lib/tasks/style.ts")) return text;
        found = text.includes(from);
        return text.replace(from, to);
      },
    });
    assert.ok(found, `the style's record has no ${from}`);
    return [versionOf(encoding), versionOf(training)] as const;
  };
  const before = await edited();
  for (
    const [from, to] of [["seriesLook(1)", "seriesLook(6)"], ["leak: objectNameLeak", "leak: null"]] as const
  ) {
    assert.deepEqual(await edited(from, to), before, from);
  }
  const [encoded, trained] = await edited("scores: [CLIP_S, CLIP_P]", "scores: [CLIP_P, CLIP_S]");
  assert.equal(encoded, before[0]);
  assert.notEqual(trained, before[1], "a training scores its validation");
  for (const version of await edited("TREATED = 0.8", "TREATED = 0.7")) assert.ok(!before.includes(version));
});

Deno.test("canonicalCode() leaves out of records what nothing reads, whichever way a name may be read", () => {
  const records = [["id", "look", "run"]];
  const script = (use: string) =>
    `import { colour } from "left"; const one = { id: "one", look: colour(1), run: (n) => n + 1 }; ` +
    `export const all = [one]; ${use}`;
  const keeps = (use: string) => /colour/.test(canonicalCode(script(use), { records }).code);
  assert.equal(keeps("export const go = (task) => task.run(task.id);"), false);
  for (
    const use of [
      "export const go = (task) => task.run(task.look);",
      "export const go = ({ run, look: shown }) => run(shown);",
      'export const go = (task) => task["look"];',
      'export const go = (task, name = "look") => task[name];',
    ]
  ) assert.equal(keeps(use), true, use);
  assert.match(
    canonicalCode(script(""), { records: [["id", "run"]] }).code,
    /colour/,
    "another kind of object",
  );
  assert.match(canonicalCode(script("")).code, /colour/);
});
