/**
 * A Slurm of three nodes on this machine, for tests and for `bench/slurm_faults.ts`: Debian's packages slurmctld, slurmd, slurm-client and munge, run
 * on the loopback network in a folder of their own.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

const NODES = ["n1", "n2", "n3"];

/** A running cluster. */
export interface TestCluster {
  /** Variables that make Slurm's commands speak to it. */
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Runs one of Slurm's commands. @throws Error when it fails */
  slurm(...args: string[]): Promise<string>;
  startController(): void;
  /** Ends the controller; jobs go on. */
  stopController(): Promise<void>;
  startNode(name: string): void;
  /** Ends a node's daemon as a power cut would. */
  killNode(name: string): Promise<void>;
  /** Puts nodes back that were set down and waits until all are idle. @throws Error when one is not after a minute */
  ready(): Promise<void>;
  stop(): Promise<void>;
}

/** Whether Slurm's daemons are installed. */
export async function hasSlurm(): Promise<boolean> {
  const { success } = await new Deno.Command("sh", {
    args: ["-c", "command -v slurmctld slurmd munged sbatch"],
    env: { PATH: `${Deno.env.get("PATH")}:/usr/sbin` },
    stdout: "null",
  }).output();
  return success;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () =>
      new Promise<ReturnType<typeof createServer>>((done) => {
        const server = createServer().listen(0, "127.0.0.1", () => done(server));
      })),
  );
  return await Promise.all(servers.map((server) =>
    new Promise<number>((done) => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    })
  ));
}

const configuration = (folder: string, [controller, ...nodes]: readonly number[], user: string) => `
ClusterName=test
SlurmctldHost=${hostname()}(127.0.0.1)
SlurmctldPort=${controller}
SlurmUser=${user}
SlurmdUser=${user}
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket,cred_expire=5
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool-%n
SlurmctldPidFile=${folder}/slurmctld.pid
SlurmdPidFile=${folder}/slurmd-%n.pid
SlurmctldLogFile=${folder}/slurmctld.log
SlurmdLogFile=${folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobCompType=jobcomp/filetxt
JobCompLoc=${folder}/jobs.txt
SwitchType=switch/none
MpiDefault=none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
KillWait=5
SlurmdTimeout=10
SlurmctldTimeout=10
MinJobAge=300
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_min_interval=200000,default_queue_depth=1000,bf_interval=1
MailProg=/bin/true
${
  NODES.map((name, i) =>
    `NodeName=${name} NodeHostname=${hostname()} NodeAddr=127.0.0.1 Port=${nodes[i]} CPUs=2`
  ).join("\n")
}
PartitionName=batch Nodes=n[1-3] Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=urgent Nodes=n[1-3] MaxTime=INFINITE State=UP PriorityTier=10
`;

/** Starts a cluster and waits until its nodes are idle. */
export async function startCluster(): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), "slurm-"));
  chmodSync(folder, 0o755);
  for (const name of ["state", ...NODES.map((node) => `spool-${node}`)]) mkdirSync(join(folder, name));
  const user = new TextDecoder().decode((await new Deno.Command("id", { args: ["-un"] }).output()).stdout)
    .trim();
  writeFileSync(join(folder, "slurm.conf"), configuration(folder, await freePorts(4), user));
  writeFileSync(join(folder, "munge.key"), randomBytes(128), { mode: 0o400 });
  const env = {
    SLURM_CONF: join(folder, "slurm.conf"),
    PATH: `${Deno.env.get("PATH")}:/usr/sbin`,
  };
  const daemons = new Map<string, Deno.ChildProcess>();
  const start = (name: string, program: string, args: string[]) => {
    daemons.set(
      name,
      new Deno.Command(program, { args, env, stdin: "null", stdout: "null", stderr: "null" }).spawn(),
    );
  };
  const end = async (name: string, signal: Deno.Signal) => {
    const daemon = daemons.get(name);
    daemons.delete(name);
    try {
      daemon?.kill(signal);
    } catch {
      // it has ended
    }
    await daemon?.status;
  };
  const slurm = async (program: string, ...args: string[]) => {
    const { success, stdout, stderr } = await new Deno.Command(program, { args, env }).output();
    if (!success) throw new Error(`${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  };
  start("munged", "munged", [
    "--foreground",
    "--force",
    `--socket=${folder}/munge.socket`,
    `--key-file=${folder}/munge.key`,
    `--pid-file=${folder}/munged.pid`,
    `--log-file=${folder}/munged.log`,
    `--seed-file=${folder}/munged.seed`,
  ]);
  const cluster: TestCluster = {
    env,
    folder,
    slurm: (program = "sinfo", ...args) => slurm(program, ...args),
    startController: () => start("slurmctld", "slurmctld", ["-D"]),
    stopController: () => end("slurmctld", "SIGTERM"),
    startNode: (name) => start(name, "slurmd", ["-D", "-N", name]),
    killNode: (name) => end(name, "SIGKILL"),
    async ready() {
      let states = "";
      for (const deadline = Date.now() + 60_000; Date.now() < deadline; await pause(200)) {
        states = await slurm("sinfo", "-h", "-N", "-p", "batch", "-o", "%N %t").catch(() => "");
        const nodes = states.trim().split("\n").map((line) => line.split(" "));
        if (nodes.length === NODES.length && nodes.every(([, state]) => state === "idle")) return;
        for (const [name, state] of nodes) {
          if (/^(down|drain)/.test(state ?? "")) {
            await slurm("scontrol", "update", `nodename=${name}`, "state=resume").catch(() => {}); // it may be back
          }
        }
      }
      throw new Error(`The test's Slurm needs three idle nodes, after a minute they are\n${states}`);
    },
    async stop() {
      await slurm("scancel", "--state=PENDING,RUNNING", `--user=${user}`).catch(() => {});
      for (let i = 0; i < 50 && (await slurm("squeue", "-h").catch(() => "")).trim() !== ""; i++) {
        await pause(200);
      }
      for (const name of [...NODES, "slurmctld", "munged"]) await end(name, "SIGTERM");
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await pause(300);
  cluster.startController();
  for (const name of NODES) cluster.startNode(name);
  try {
    await cluster.ready();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
