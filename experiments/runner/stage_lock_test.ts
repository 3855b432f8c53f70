import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fateOf, type Holder, holderHere, ownerEnded, ownerName } from "./holder.ts";
import { locksHold } from "./kernel_lock.ts";
import { type LockOptions, type StageLock, takeLock } from "./stage_lock.ts";

async function inFolder(test: (path: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lock-"));
  try {
    await test(join(folder, "stage.lock"), folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Another machine's holder: nobody here can tell whether it runs. */
const elsewhere = (more: Partial<Holder> = {}): Holder => ({
  ...holderHere("feed", false),
  host: "n7",
  machine: "another boot",
  job: "12_3",
  requeues: 0,
  ...more,
});

const lease = (holder: Holder, renewed = 0) => JSON.stringify({ holder, renewed });
const quick: LockOptions = { pollMilliseconds: 5 };

for (const kernel of [true, false]) {
  const by = kernel ? "leases and the kernel's locks" : "leases alone";

  Deno.test(`takeLock() lets one at a time in, by ${by}`, () =>
    inFolder(async (path, folder) => {
      let inside = 0;
      const abandoned: (Holder | undefined)[] = [];
      await Promise.all(Array.from({ length: 12 }, async () => {
        const lock = await takeLock(path, { ...quick, kernel });
        abandoned.push(lock.abandonedBy);
        assert.equal(++inside, 1);
        await new Promise((done) => setTimeout(done, 3));
        inside--;
        assert.equal(lock.lost(), false);
        lock.release();
      }));
      assert.ok(abandoned.every((holder) => holder === undefined));
      assert.equal(readdirSync(folder).filter((name) => /\d$/.test(name)).length, 1);
    }));
}

Deno.test("takeLock() names who it waits for, and takes over at once from a process of this machine that has ended", () =>
  inFolder(async (path) => {
    const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
    const start = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19] as string;
    const holder: Holder = { ...holderHere("beef", false), pid: child.pid, started: start, job: "9_1" };
    writeFileSync(`${path}.4`, lease(holder));
    assert.equal(fateOf(holder), "alive");
    assert.equal(fateOf({ ...holder, started: "1" }), "ended");
    assert.equal(ownerEnded(ownerName(holder)), false);
    const told: (Holder | undefined)[] = [];
    const taking = takeLock(path, {
      ...quick,
      onWait(each) {
        told.push(each);
        child.kill("SIGKILL");
      },
    });
    await child.status;
    const lock = await taking;
    assert.deepEqual(told, [holder]);
    assert.deepEqual([lock.abandonedBy, lock.ended], [holder, true]);
    assert.ok(ownerEnded(ownerName(holder)));
    lock.release();
  }));

Deno.test("takeLock() leaves another machine's lease alone while it is renewed, and takes a silent one over", () =>
  inFolder(async (path) => {
    let renewed = 0;
    writeFileSync(`${path}.1`, lease(elsewhere()));
    const renewing = setInterval(() => writeFileSync(`${path}.1`, lease(elsewhere(), ++renewed)), 20);
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error("enough")), 400);
    const options = { ...quick, staleMilliseconds: 150 };
    await assert.rejects(() => takeLock(path, { ...options, signal: abort.signal }), /enough/);
    clearInterval(renewing);
    const lock = await takeLock(path, options);
    assert.deepEqual([lock.abandonedBy?.host, lock.ended], ["n7", false]);
    // Only a holder that is known to have ended is swept after.
    assert.equal(ownerEnded(ownerName(elsewhere())), false);
    assert.equal(ownerEnded(ownerName(elsewhere()), "feed"), true);
    lock.release();
  }));

Deno.test("takeLock() believes the kernel where both hold its lock, and a requeued job its own number", () =>
  inFolder(async (path) => {
    writeFileSync(`${path}.1`, lease(elsewhere({ kernel: true })));
    const lock = await takeLock(path, quick);
    assert.deepEqual([lock.abandonedBy?.host, lock.ended], ["n7", true]);
    lock.release();
    const names = {
      SLURM_JOB_ID: "15",
      SLURM_ARRAY_JOB_ID: "12",
      SLURM_ARRAY_TASK_ID: "3",
      SLURM_RESTART_COUNT: "1",
    };
    Object.assign(process.env, names);
    try {
      assert.equal(fateOf(elsewhere()), "ended");
      assert.equal(fateOf(elsewhere({ job: "12_4" })), "unknown");
      assert.equal(fateOf(elsewhere({ requeues: 1 })), "unknown");
    } finally {
      for (const name of Object.keys(names)) delete process.env[name];
    }
  }));

Deno.test("a lock tells that it was lost when another process took the lease over, and does not give that one's back", () =>
  inFolder(async (path) => {
    const silent = { ...quick, kernel: false, renewMilliseconds: 1e9 };
    const first: StageLock = await takeLock(path, silent);
    // The same machine would see that the first one lives.
    const number = readdirSync(join(path, "..")).map((name) => Number(name.split(".").at(-1)))[0] as number;
    writeFileSync(`${path}.${number}`, lease(elsewhere()));
    const second = await takeLock(path, { ...silent, staleMilliseconds: 20 });
    assert.deepEqual([first.lost(), second.lost()], [true, false]);
    first.release();
    assert.equal(second.lost(), false);
    second.release();
  }));

Deno.test("locksHold() distinguishes from the mounts where the kernel's locks reach every machine", () => {
  const line = (folder: string, type: string, options: string) =>
    `30 20 0:5 / ${folder} rw,relatime shared:1 - ${type} src ${options}`;
  const table = [
    line("/", "ext4", "rw"),
    line("/home", "nfs4", "rw,vers=4.2,local_lock=none"),
    line("/home/old", "nfs", "rw,vers=3,nolock,local_lock=all"),
    line("/home/four", "nfs4", "rw,local_lock=flock"),
    line("/scratch", "lustre", "rw,flock,lazystatfs"),
    line("/scratch2", "lustre", "rw,localflock"),
    line("/gpfs\\040one", "gpfs", "rw"),
    line("/run", "tmpfs", "rw"),
  ].join("\n");
  const held = ["/var/cache", "/home/me", "/scratch/me", "/run", "/homes"];
  const not = ["/home/old/x", "/home/four", "/scratch2/me", "/gpfs one/me"];
  for (const path of held) assert.equal(locksHold(path, table), true, path);
  for (const path of not) assert.equal(locksHold(path, table), false, path);
  assert.equal(locksHold("/x", ""), false);
});
