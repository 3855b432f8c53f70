import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const LIST = "lib/diffusion/samplers/samplers.ts";

/** A sampler of its own file: a DDIM step under another name. */
const HEUN = `import { ddim, type DdimOptions } from "./ddim.ts";
import type { Sampler } from "./sampler.ts";
export const heun: Sampler<DdimOptions> = (predict, noise, options) => ddim(predict, noise, options);
`;

Deno.test("a sampler is one file and its line in the list: help, checks, records and pictures know it", () => {
  const copy = mkdtempSync(join(tmpdir(), "sampler-"));
  try {
    for (const name of ["lib", "experiments", "deno.json", "deno.lock"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    for (const name of ["data", "node_modules"]) symlinkSync(join(root, name), join(copy, name));
    const before = readFileSync(join(copy, LIST), "utf8");
    const after = before
      .replace('import { pndm } from "./pndm.ts";', '$&\nimport { heun } from "./heun.ts";')
      .replace("} as const satisfies", "  heun: { run: heun, extraCalls: 1, stochastic: false },\n$&");
    assert.equal(after.split("\n").length, before.split("\n").length + 2);
    writeFileSync(join(copy, LIST), after);
    writeFileSync(join(copy, "lib/diffusion/samplers/heun.ts"), HEUN);
    const generate = (...args: string[]) =>
      execFileSync(Deno.execPath(), ["run", "-A", "experiments/generate/cli.ts", ...args], {
        cwd: copy,
        encoding: "utf8",
        env: { ...Deno.env.toObject(), IPADAPTER_CACHE: join(copy, "cache") },
        stdio: "pipe",
      });
    const help = generate("--help");
    assert.match(help, /--sampler NAME +ddim, pndm, euler or heun \(default ddim\)/);
    assert.match(help, /; pndm needs one more; heun needs one more/);
    const sampled = ["--no-adapter", "--prompt", "an apple", "--steps", "1", "--count", "1", "--json"];
    const report = generate(...sampled, "--sampler", "heun", "--out", join(copy, "out"));
    assert.equal(JSON.parse(report).settings.sampler, "heun");
    assert.match(
      generate("--repeat", join(copy, "out/000.png"), "--out", join(copy, "again")),
      /identical to 000\.png/,
    );
    assert.throws(() => generate(...sampled, "--sampler", "huen", "--out", copy), (error) => {
      assert.match(String((error as { stderr: string }).stderr), /ddim, pndm, euler or heun, got "huen"/);
      return true;
    });
  } finally {
    rmSync(copy, { recursive: true });
  }
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
