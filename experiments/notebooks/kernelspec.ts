/** Our kernelspec: the name "deno", so that notebooks also open with the kernel that `deno jupyter --install` registers. */
import { join } from "node:path";
import { atomicWrite, makeFolder } from "../../lib/hub/mod.ts";

/** The content of kernel.json. */
export function kernelspec(executable: string): Record<string, unknown> {
  return {
    argv: [executable, "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    // By signal an interrupt would end the kernel and lose its state.
    interrupt_mode: "message",
    env: { NO_COLOR: "1" },
    metadata: { debugger: false },
  };
}

/** Writes kernels/deno/kernel.json below a folder that is then named in JUPYTER_PATH. */
export async function writeKernelspec(folder: string, executable: string): Promise<void> {
  const kernel = join(folder, "kernels", "deno");
  await makeFolder(kernel);
  await atomicWrite(join(kernel, "kernel.json"), `${JSON.stringify(kernelspec(executable), null, 2)}\n`);
}
