import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { treeCopy } from "../tree_copy.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const LIST = "lib/diffusion/samplers/samplers.ts";
const PNDM = 'import { pndm } from "./pndm.ts";';

/** A sampler of its own file: a DDIM step under another name. */
const HEUN = `import { ddim, type DdimOptions } from "./ddim.ts";
import type { Sampler } from "./sampler.ts";
export const heun: Sampler<DdimOptions> = (predict, noise, options) => ddim(predict, noise, options);
`;

Deno.test("a sampler is one file and its line in the list: help, checks, records and pictures know it", () => {
  using copy = treeCopy();
  copy.link("data");
  const added = copy.edit(
    LIST,
    [PNDM, `${PNDM}\nimport { heun } from "./heun.ts";`],
    [
      "} as const satisfies",
      "  heun: { run: heun, extraCalls: 1, stochastic: false },\n} as const satisfies",
    ],
  );
  assert.equal(added, 2);
  copy.write("lib/diffusion/samplers/heun.ts", HEUN);
  const generate = (...args: string[]) => copy.deno("run", "-A", "experiments/generate/cli.ts", ...args);
  const help = generate("--help");
  assert.match(help, /--sampler NAME +ddim, pndm, euler or heun \(default ddim\)/);
  assert.match(help, /; pndm needs one more; heun needs one more/);
  const sampled = ["--no-adapter", "--prompt", "an apple", "--steps", "1", "--count", "1", "--json"];
  const report = generate(...sampled, "--sampler", "heun", "--out", join(copy.folder, "out"));
  assert.equal(JSON.parse(report).settings.sampler, "heun");
  assert.match(
    generate("--repeat", join(copy.folder, "out/000.png"), "--out", join(copy.folder, "again")),
    /identical to 000\.png/,
  );
  assert.throws(() => generate(...sampled, "--sampler", "huen", "--out", copy.folder), (error) => {
    assert.match(String((error as { stderr: string }).stderr), /ddim, pndm, euler or heun, got "huen"/);
    return true;
  });
});

Deno.test("no source outside the samplers' folder names a sampler, but for the cases that prove them", () => {
  const proofs = ["experiments/parity/dispatch.ts", "experiments/parity/scheduler_case.ts"];
  const exports = ["lib/diffusion/mod.ts", "mod.ts"];
  const naming = ["lib", "experiments", "bench"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((path) => `${folder}/${path}`)
  ).filter((path) =>
    path.endsWith(".ts") && !path.endsWith("_test.ts") && !path.startsWith("lib/diffusion/samplers/") &&
    !proofs.includes(path) && !exports.includes(path) &&
    /["'\s](?:pndm|euler)\b/.test(readFileSync(join(root, path), "utf8"))
  );
  assert.deepEqual(naming, []);
});
