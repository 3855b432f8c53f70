/**
 * `deno task jupyter [--port 8888] [--no-open]`: JupyterLab on notebooks/ with this project's kernel. Registers nothing outside the project.
 * Exit codes: JupyterLab's own, 2 for a mistake in what was asked or a missing Python.
 */
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { UserError } from "../../lib/engine/errors.ts";
import { readOptions, runCommand, wholeNumber } from "../setting/command_line.ts";
import { jupyterLab } from "./jupyter_lab.ts";
import { writeKernelspec } from "./kernelspec.ts";
import { cacheFolder } from "../../lib/hub/mod.ts";

const USAGE = `deno task jupyter [--port 8888] [--no-open]

Starts JupyterLab on notebooks/ with this project's Deno kernel. JupyterLab is the one on PATH, or is installed once by pip into
.cache/jupyter-venv; the kernel is registered in .cache/jupyter. Nothing is written to your home folder's kernels.
  --port N     port on this machine (default 8888, or the next free one)
  --no-open    do not open a browser

Example: deno task jupyter --port 9000 --no-open`;

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function checkPort(port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const server = createServer();
    server.once("error", (error) => {
      reject(new UserError(`--port expects a free port, got ${port}: ${error.message}`));
    });
    server.listen(port, "127.0.0.1", () => server.close(() => resolve()));
  });
}

async function main(args: readonly string[]): Promise<number> {
  const { flags, values, positionals } = readOptions(args, {
    port: "value",
    "no-open": "flag",
    help: "flag",
  });
  if (positionals.length > 0) {
    throw new UserError(`deno task jupyter expects options only, got "${positionals[0]}"`);
  }
  if (flags.has("help")) {
    console.log(USAGE);
    return 0;
  }
  const asked = values.get("port");
  const port = wholeNumber("--port", asked ?? "8888", { low: 1, high: 65_535 });
  if (asked !== undefined) await checkPort(port);
  const cache = cacheFolder();
  const folder = join(cache, "jupyter");
  const lab = await jupyterLab({ folder: join(cache, "jupyter-venv"), notice: console.error });
  await writeKernelspec(folder, Deno.execPath());
  const env: Record<string, string> = {
    JUPYTER_PATH: [folder, process.env["JUPYTER_PATH"]].filter(Boolean).join(delimiter),
    JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
    // A JupyterLab of our own brings no settings of the user's.
    ...(lab.own ? { JUPYTER_CONFIG_DIR: join(folder, "config") } : {}),
  };
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const options = [
    `--ServerApp.root_dir=${join(ROOT, "notebooks")}`,
    `--port=${port}`,
    ...(asked === undefined ? [] : ["--ServerApp.port_retries=0"]),
    ...(flags.has("no-open") ? ["--no-browser"] : []),
    ...root,
  ];
  const child = spawn(lab.command, options, { stdio: "inherit", env: { ...process.env, ...env } });
  // A terminal's Ctrl-C reaches JupyterLab by itself, which asks before it ends its kernels.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 143));
  });
}

if (import.meta.main) {
  await runCommand(() => main(process.argv.slice(2)));
  process.exit();
}
