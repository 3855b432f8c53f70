/** JupyterLab: the one on PATH, or one installed by pip into the project's own virtual environment. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { promisify } from "node:util";
import { UserError } from "../../lib/engine/errors.ts";
import { atomicWrite, makeFolder } from "../../lib/hub/mod.ts";

/** What is installed; plotly brings Lab's renderer of Plotly figures. */
const LAB_PACKAGES = ["jupyterlab==4.6.6", "plotly==7.1.0"] as const;

/** How to start it. */
export interface JupyterLab {
  readonly command: string;
  /** Whether it is the project's own. */
  readonly own: boolean;
}

/** JupyterLab's first start asks nothing and fetches nothing from elsewhere. */
const QUIET = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
};

const run = promisify(execFile);
const windows = process.platform === "win32";

async function works(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, [...args]);
    return true;
  } catch {
    return false;
  }
}

async function findPython(): Promise<string> {
  for (const name of windows ? ["py", "python"] : ["python3", "python"]) {
    if (await works(name, ["-c", "import sys, venv, ensurepip; assert sys.version_info >= (3, 9)"])) {
      return name;
    }
  }
  throw new UserError(
    "Starting JupyterLab needs JupyterLab, or Python 3.9 or newer with venv to install it, got neither; " +
      "the notebooks also open in VS Code, and deno task notebooks runs them without Python",
  );
}

/**
 * Finds JupyterLab or installs it.
 *
 * @param options.folder the virtual environment.
 * @param options.notice called with what takes long.
 * @throws UserError when there is neither JupyterLab nor Python, or the packages cannot be had.
 */
export async function jupyterLab(
  options: { folder: string; notice: (text: string) => void },
): Promise<JupyterLab> {
  if (await works("jupyter-lab", ["--version"])) return { command: "jupyter-lab", own: false };
  const { folder, notice } = options;
  const inside = (name: string) => join(folder, windows ? `Scripts/${name}.exe` : `bin/${name}`);
  const command = inside("jupyter-lab");
  const stamp = join(folder, "installed.txt");
  const wanted = LAB_PACKAGES.join("\n");
  const settings = join(folder, "share", "jupyter", "lab", "settings");
  const quieten = async () => {
    await makeFolder(settings);
    await atomicWrite(join(settings, "overrides.json"), `${JSON.stringify(QUIET, null, 2)}\n`);
  };
  const installed = existsSync(stamp) && readFileSync(stamp, "utf8") === wanted;
  // A folder that was moved keeps the stamp, but its scripts name a Python that is gone.
  if (installed && await works(command, ["--version"])) {
    await quieten();
    return { command, own: true };
  }
  const python = await findPython();
  notice(`Installing ${LAB_PACKAGES.join(", ")} into ${folder} (once, about 300 MB) ...`);
  try {
    await run(python, ["-m", "venv", "--clear", folder]);
    const install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...LAB_PACKAGES];
    await run(inside("python"), install, { maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    const reason = stderr.trim().split("\n").findLast((line) => /error/i.test(line)) ??
      message.split("\n")[0];
    throw new UserError(`Installing JupyterLab into ${folder} failed: ${reason}`);
  }
  await quieten();
  await atomicWrite(stamp, wanted);
  return { command, own: true };
}
