/**
 * Damaged files and requests for every reader of the project: each is read, or refused with one sentence. Anything else is a fault: another
 * error, a sentence of several lines, one that takes more than two seconds, an exception that nobody catches. Prints one line of JSON.
 *
 *     deno run -A bench/fuzz.ts 100000 1
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fold, key, NotFiniteError, stream, UserError } from "../lib/engine/mod.ts";
import { mutated } from "./fuzz_mutate.ts";
import { FILE_TARGETS, type FuzzTarget } from "./fuzz_targets.ts";
import { openRequestTargets } from "./fuzz_requests.ts";

/** Milliseconds that one case may take. */
const MOST_TIME = 2000;
/** Characters of a sentence. */
const LONGEST = 4000;

/** An outcome that must not be. */
export interface FuzzFault {
  readonly target: string;
  /** Number of the case: with the seed it makes the same input. */
  readonly number: number;
  readonly what: string;
}

/** What a run found. */
export interface FuzzReport {
  readonly cases: number;
  readonly seed: number;
  readonly read: number;
  readonly refused: number;
  readonly faults: readonly FuzzFault[];
  /** The case that took longest. */
  readonly slowest: { readonly target: string; readonly number: number; readonly milliseconds: number };
  /** Resident memory after the first tenth and at the end, in MB (10⁶ bytes). */
  readonly memory: { readonly early: number; readonly late: number };
  readonly seconds: number;
}

function faultOf(error: unknown): string | undefined {
  if (!(error instanceof UserError || error instanceof NotFiniteError)) {
    return error instanceof Error ? error.stack ?? error.message : String(error);
  }
  const { message } = error;
  return message.includes("\n") || message.length > LONGEST
    ? `no single sentence: ${message.slice(0, 300)}`
    : undefined;
}

/** The bytes of case `number` of a target. */
function fuzzCase({ name, seeds }: FuzzTarget, seed: number, number: number): Uint8Array {
  const random = stream(fold(key(seed), "fuzz", name, number));
  return mutated(random.pick(seeds), random);
}

/** Runs cases, target after target in turn. */
export async function fuzz(cases: number, seed: number): Promise<FuzzReport> {
  const began = performance.now(), folder = mkdtempSync(join(tmpdir(), "fuzz-"));
  const requests = await openRequestTargets(join(folder, "explorer"));
  const targets = [...FILE_TARGETS, ...requests.targets];
  const faults: FuzzFault[] = [];
  let read = 0, refused = 0, early = 0, current = { target: "", number: 0 };
  let slowest = { target: "", number: 0, milliseconds: 0 };
  const escaped = (error: unknown) =>
    void faults.push({ ...current, what: `escaped: ${error instanceof Error ? error.stack : error}` });
  process.on("uncaughtException", escaped);
  process.on("unhandledRejection", escaped);
  const memory = () => Math.round(Deno.memoryUsage().rss / 1e6);
  try {
    for (let at = 0; at < cases; at++) {
      const target = targets[at % targets.length]!, number = Math.floor(at / targets.length);
      current = { target: target.name, number };
      const own = join(folder, "case");
      mkdirSync(own);
      const start = performance.now();
      try {
        await target.read(fuzzCase(target, seed, number), own);
        read++;
      } catch (error) {
        const what = faultOf(error);
        if (what === undefined) refused++;
        else faults.push({ ...current, what });
      }
      const milliseconds = performance.now() - start;
      if (milliseconds > slowest.milliseconds) {
        slowest = { ...current, milliseconds: Math.round(milliseconds) };
      }
      if (milliseconds > MOST_TIME) faults.push({ ...current, what: `took ${Math.round(milliseconds)} ms` });
      rmSync(own, { recursive: true });
      if (at === Math.floor(cases / 10)) early = memory();
      // Callbacks of libraries must meet their case.
      if (at % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const late = memory(), seconds = Math.round((performance.now() - began) / 100) / 10;
    return { cases, seed, read, refused, faults, slowest, memory: { early, late }, seconds };
  } finally {
    process.off("uncaughtException", escaped);
    process.off("unhandledRejection", escaped);
    await requests.close();
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const [cases = "2000", seed = "1"] = Deno.args;
  const report = await fuzz(Number(cases), Number(seed));
  console.log(JSON.stringify(report));
  Deno.exit(report.faults.length === 0 ? 0 : 1);
}
