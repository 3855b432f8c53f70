import assert from "node:assert/strict";
import { treeCopy } from "../experiments/tree_copy.ts";

const LIST = "bench/works/mod.ts";
const PEER = "bench/peers/pytorch/serve.py";
const TABLE = "} satisfies Readonly<Record<string, ListedWork>>;";
const SAMPLE = '    "sample": Work(Sampler),\n';

/** A work of its own file: the image encoder's under another name. */
const BLUR = `import type { Work } from "../timing/work.ts";
import { ENCODE, type EncodeConfig } from "./encode.ts";

export const BLUR: Work<EncodeConfig> = { ...ENCODE, title: "Blur" };
`;

/** Its entry, peers and bar included. */
const ENTRY =
  '  blur: { about: "64 images through a blur", peers: ["pytorch"], bars: { time: { "pytorch eager": 2 } }, load: async () => (await import("./blur.ts")).BLUR },\n';

/** Runs in the copy: what the list gives. */
const PROBE = `import { loadWork } from "./bench/works/mod.ts";
console.log((await loadWork("blur")).title);
`;

Deno.test("a bench of a work is one file and its entry, and one on PyTorch's side: help and options know it", () => {
  using copy = treeCopy();
  copy.copy("bench");
  for (const name of ["data", "results"]) copy.link(name);
  assert.equal(copy.edit(LIST, [TABLE, ENTRY + TABLE]), 1);
  assert.equal(copy.edit(PEER, [SAMPLE, `${SAMPLE}    "blur": Work(Encoder, prefix="tower."),\n`]), 1);
  copy.write("bench/works/blur.ts", BLUR);
  copy.write("probe.ts", PROBE);
  const run = (...args: string[]) => copy.deno("run", "-A", "--no-check", ...args);
  assert.match(run("bench/cli.ts", "--help"), /\n {2}blur {15}64 images through a blur\n/);
  assert.throws(
    () => run("bench/cli.ts", "blur", "--peer", "tfjs"),
    (error) => /--peer expects pytorch, got "tfjs"/.test(String((error as { stderr: string }).stderr)),
  );
  assert.equal(run("probe.ts").trim(), "Blur");
});
