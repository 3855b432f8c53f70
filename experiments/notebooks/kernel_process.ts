/** A Deno kernel as a child process with a process group of its own, so that nothing it started can outlive it. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as delay } from "node:timers/promises";

/** The content of a Jupyter connection file. */
export interface Connection {
  readonly ip: string;
  readonly transport: "tcp";
  readonly shell_port: number;
  readonly iopub_port: number;
  readonly stdin_port: number;
  readonly control_port: number;
  readonly hb_port: number;
  readonly key: string;
  readonly signature_scheme: "hmac-sha256";
}

/** A running kernel. */
export interface KernelProcess {
  readonly connection: Connection;
  readonly pid: number;
  /** Resolves with a word for how it ended. */
  readonly ended: Promise<string>;
  /** What it wrote to its own standard output and error, the end of it. */
  log(): string;
  /** Ends the kernel and everything in its group; returns what was still there besides the kernel. */
  kill(): Promise<{ leaked: boolean }>;
}

const MOST_LOG = 4000;
const windows = process.platform === "win32";

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<Server>((resolve, reject) => {
        const server = createServer();
        server.once("error", reject);
        server.listen(0, "127.0.0.1", () => resolve(server));
      })),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Whether a process group still has a living member; zombies are nobody. */
function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts `deno jupyter --kernel` in a folder; the same Deno that runs this. */
export async function startKernel(
  options: { folder: string; env?: Readonly<Record<string, string>> },
): Promise<KernelProcess> {
  const [shell = 0, iopub = 0, stdin = 0, control = 0, heartbeat = 0] = await freePorts(5);
  const connection: Connection = {
    ip: "127.0.0.1",
    transport: "tcp",
    shell_port: shell,
    iopub_port: iopub,
    stdin_port: stdin,
    control_port: control,
    hb_port: heartbeat,
    key: randomUUID(),
    signature_scheme: "hmac-sha256",
  };
  const folder = mkdtempSync(join(tmpdir(), "ipadapter-kernel-"));
  const file = join(folder, "connection.json");
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });
  const child: ChildProcess = spawn(Deno.execPath(), ["jupyter", "--kernel", "--conn", file], {
    cwd: options.folder,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    detached: !windows,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Uint8Array) => {
      log = (log + new TextDecoder().decode(chunk)).slice(-MOST_LOG);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  const pid = child.pid ?? -1;
  return {
    connection,
    pid,
    ended,
    log: () => log.trim(),
    async kill() {
      let leaked = false;
      if (pid > 0) {
        child.kill("SIGKILL");
        await ended;
        if (!windows) {
          // The kernel itself is reaped; whoever is left was started by a cell.
          leaked = groupLives(pid);
          if (leaked) process.kill(-pid, "SIGKILL");
          for (let tries = 0; groupLives(pid) && tries < 100; tries++) await delay(20);
        }
      }
      rmSync(folder, { recursive: true, force: true });
      return { leaked };
    },
  };
}
