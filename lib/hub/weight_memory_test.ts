import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));

/** Writes a sparse file of 40 half-precision tensors (320 MB), reads all of them and prints its peak memory beyond the start. */
const SCRIPT = `
import { readFileSync } from "node:fs";
import { openWeightFile } from ${JSON.stringify(new URL("./open_weight_file.ts", import.meta.url).href)};
import { writeSparseSafetensors } from ${
  JSON.stringify(new URL("./testdata/sparse_safetensors.ts", import.meta.url).href)
};
const [path] = Deno.args;
const peak = () => 1024 * Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
const layers = Array.from({ length: 40 }, (_, i) => ["layer" + i, { kind: "F16", shape: [4_000_000] }]);
writeSparseSafetensors(path, Object.fromEntries(layers));
const before = peak();
const file = await openWeightFile(path);
const weights = Object.keys(file.tensors).map((name) => file.read(name).data);
const bytes = weights.reduce((sum, data) => sum + data.byteLength, 0);
console.log(JSON.stringify({ bytes, peak: peak() - before }));
`;

Deno.test({
  name: "openWeightFile() needs at most 1.3 times the weights in memory when a file of 320 MB is read",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/read_all.ts`, SCRIPT);
      const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-check",
          "--config",
          CONFIG,
          `${folder}/read_all.ts`,
          `${folder}/halves.safetensors`,
        ],
      }).output();
      const text = new TextDecoder().decode(stdout);
      assert.ok(text.startsWith("{"), new TextDecoder().decode(stderr));
      const { bytes, peak } = JSON.parse(text) as { bytes: number; peak: number };
      assert.equal(bytes, 640_000_000);
      assert.ok(
        peak >= 0.9 * bytes && peak <= 1.3 * bytes,
        `${peak} bytes at the peak for ${bytes} of weights`,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
