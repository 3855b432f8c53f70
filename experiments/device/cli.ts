/** `deno task device cuda`: makes onnxruntime's CUDA provider available. Exit code 2, with one sentence, for whatever is missing. */
import process from "node:process";
import { ONNXRUNTIME_VERSION, onnxruntimeFolder, openCuda } from "../../lib/engine/cuda_libraries.ts";
import { checkDevice, UserError } from "../../lib/engine/mod.ts";
import { oneOf, readOptions, runCommand } from "../setting/command_line.ts";
import { linkProvider, PROVIDER_WHEEL, providerFolder } from "./cuda_provider.ts";
import { linkToolkit, usualFolders } from "./cuda_toolkit.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";

const USAGE = `deno task device cuda [--wheel FILE] [--dir DIR]

Makes --device cuda available (Linux on x86-64): takes onnxruntime's CUDA provider from PyPI's wheel of exactly this onnxruntime's version (by pip,
247 MB, once), checks it, links it and the CUDA libraries that the system's loader does not find beside onnxruntime's own, computes a sum on
the device and prints the device; or one sentence that names what is missing. To be run again after node_modules was built anew.
  --wheel FILE   take the provider from a wheel on disk: onnxruntime-gpu ${PROVIDER_WHEEL.version} for any CPython on manylinux x86-64
  --dir DIR      take CUDA 13's and cuDNN 9's libraries from this folder: a toolkit's, or where pip installed NVIDIA's wheels

Example: deno task device cuda --dir ~/cuda13`;

async function main(args: readonly string[]): Promise<void> {
  const { flags, values, positionals } = readOptions(args, { wheel: "value", dir: "value", help: "flag" });
  if (flags.has("help")) return console.log(USAGE);
  oneOf("deno task device", positionals[0] ?? "nothing", ["cuda"]);
  if (positionals.length > 1) {
    throw new UserError(`deno task device expects one device, got "${positionals[1]}" too`);
  }
  const file = values.get("wheel"), given = values.get("dir");
  const onnxruntime = onnxruntimeFolder();
  const folder = await providerFolder({
    wheel: PROVIDER_WHEEL,
    ...(file === undefined ? {} : { file }),
    cache: cacheFolder(),
  });
  linkProvider(folder, onnxruntime);
  console.log(`onnxruntime ${ONNXRUNTIME_VERSION}: CUDA provider of ${folder} linked into ${onnxruntime}`);
  linkToolkit(onnxruntime, {
    ...(given === undefined ? {} : { given }),
    usual: usualFolders((name) => process.env[name]),
  });
  const { name, memory, cuda } = openCuda(onnxruntime);
  await checkDevice("cuda");
  console.log(`cuda: ${name}, ${(memory / 2 ** 30).toFixed(1)} GiB, driver for CUDA ${cuda}`);
}

if (import.meta.main) await runCommand(() => main(Deno.args));
