/** The sides that run PyTorch: the same work in eager mode or through torch.compile, in a Python process. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Shapes, UserError } from "../../lib/engine/mod.ts";
import { processSide } from "./process_side.ts";
import { pythonEnvironment } from "./python_environment.ts";
import type { Mode, Side } from "./side.ts";

const PEER_FOLDER = new URL("../peers/pytorch/", import.meta.url);

/** What a started peer works on. */
export interface PeerCase {
  readonly work: string;
  readonly casePath: string;
  readonly threads: number;
  readonly shapes: Shapes;
}

/** @throws UserError when torch.compile would find no C++ compiler. */
export function requireCompiler(command: string = process.env["CXX"] ?? "g++"): void {
  const { error, status } = spawnSync(command, ["--version"], { stdio: "ignore" });
  if (!error && status === 0) return;
  throw new UserError(
    `Timing against torch.compile needs a C++ compiler as "${command}", got none; install g++, name one in CXX, or give --mode eager`,
  );
}

/** The interpreter of the peer's environment, made when it is not there. @throws UserError when it cannot be had. */
export function pytorchCommand(
  { cacheFolder, notice }: { cacheFolder: string; notice: (text: string) => void },
): Promise<string> {
  return pythonEnvironment({
    folder: join(cacheFolder, "bench-venv"),
    requirements: fileURLToPath(new URL("requirements.txt", PEER_FOLDER)),
    notice,
  });
}

/**
 * Sees to PyTorch and, for torch.compile, to a compiler. What it returns starts the peer and waits for its first run.
 *
 * @throws UserError when one of them cannot be had.
 */
export async function preparePytorch(
  mode: Mode,
  { cacheFolder, notice }: { cacheFolder: string; notice: (text: string) => void },
): Promise<(peer: PeerCase) => Promise<Side>> {
  if (mode === "compile") requireCompiler();
  const command = await pytorchCommand({ cacheFolder, notice });
  const script = fileURLToPath(new URL("serve.py", PEER_FOLDER));
  return ({ work, casePath, threads, shapes }) =>
    processSide({
      name: `pytorch ${mode}`,
      command,
      args: ["-B", script, work, casePath, mode, `${threads}`],
      shapes,
      arraysPath: `${casePath}.pytorch-${mode}.arrays`,
    });
}
