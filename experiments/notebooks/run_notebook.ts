/** Executes one notebook from a clean state in a kernel of its own, and always ends that kernel. */
import { dirname } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { type Bundle, outputFaults, shownOutputs } from "./cell_outputs.ts";
import { connectKernel } from "./kernel_client.ts";
import { startKernel } from "./kernel_process.ts";
import { readNotebook } from "./notebook_file.ts";
import type { Message } from "./wire.ts";

/** What became of a notebook. */
export interface NotebookRun {
  /** One line per fault, "cell 3: …"; empty when all is well. */
  readonly faults: readonly string[];
  /** Wall time. */
  readonly seconds: number;
  /** Outputs of each code cell that was run. */
  readonly outputs: readonly (readonly Bundle[])[];
  /** Messages of each code cell that was run. */
  readonly messages: readonly (readonly Message[])[];
  /** Process id of the kernel, which has ended. */
  readonly kernelId: number;
}

/** How a notebook is run. */
export interface RunNotebookOptions {
  /** Seconds for the whole notebook. */
  readonly timeout: number;
  /** Ends the run early. */
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the code cells in order until one fails. @throws UserError when the file is no notebook. */
export async function runNotebook(path: string, options: RunNotebookOptions): Promise<NotebookRun> {
  const { timeout, signal, env } = options;
  const notebook = readNotebook(path);
  const began = performance.now();
  const deadline = began + 1000 * timeout;
  const faults: string[] = [];
  const messages: Message[][] = [];
  const kernel = await startKernel({ folder: dirname(path), env });
  const killNow = () => void kernel.kill();
  process.on("exit", killNow);
  signal?.addEventListener("abort", killNow);
  try {
    const client = await connectKernel(kernel);
    try {
      for (const cell of notebook.cells) {
        const where = `cell ${cell.number}`;
        const left = Math.max(0, deadline - performance.now());
        const { outputs, status, refusal } = await client.execute(cell.source, { timeout: left });
        messages.push([...outputs]);
        if (status === "timeout") faults.push(`${where}: not done within ${timeout} s`);
        else {
          const threw = outputs.some(({ header }) => header.msg_type === "error");
          const wrong = status === "error" && !threw
            ? [refusal ?? "failed"]
            : outputFaults(outputs, cell.expect);
          faults.push(...wrong.map((fault) => `${where}: ${fault}`));
        }
        if (faults.length > 0) break;
      }
    } finally {
      client.close();
    }
  } catch (error) {
    faults.push(signal?.aborted ? "stopped" : (error as Error).message.replace(/\s+/g, " "));
  } finally {
    process.off("exit", killNow);
    signal?.removeEventListener("abort", killNow);
    const { leaked } = await kernel.kill();
    if (leaked && faults.length === 0) faults.push("a process started by the notebook outlived its kernel");
  }
  return {
    faults,
    seconds: (performance.now() - began) / 1000,
    outputs: messages.map(shownOutputs),
    messages,
    kernelId: kernel.pid,
  };
}
