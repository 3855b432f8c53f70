/** Entry of `deno task bench`. Exit codes: 0 done, 2 a mistake in what was asked, 1 anything else. */
import { UserError } from "../lib/engine/errors.ts";
import { oneOf, readOptions, wholeNumber } from "../experiments/setting/command_line.ts";
import { DEVICES } from "../experiments/setting/experiment.ts";
import { type Bench, BENCHES, type BenchOptions } from "./benches.ts";
import { PAPER_PARTS } from "./paper/part_names.ts";
import { MODES, type PeerName, PEERS } from "./timing/side.ts";
import { cacheFolder } from "../lib/hub/mod.ts";

/** A bench's lines of the help. */
const helpOf = ([name, { about }]: readonly [string, { readonly about: string }]) =>
  `  ${name.padEnd(18)} ${about.replaceAll("\n", `\n${" ".repeat(21)}`)}`;

/** The command's help. */
export function usage(benches: Readonly<Record<string, Bench>> = BENCHES): string {
  const entries = Object.entries(benches);
  const lines = (inAll: boolean) => entries.filter(([, each]) => each.inAll === inAll).map(helpOf).join("\n");
  return `deno task bench [${
    Object.keys(benches).join("|")
  }|all] [--peer pytorch,tfjs,scikit-learn] [--mode eager] [--repetitions 7] [--batch N] [--out DIR] [--json]

Times this project's work on this machine, but for "paper" at mini scale, compiled by our engine, on random weights; each side in a process of its own.
${lines(true)}
${helpOf(["all", { about: "all of these (the default)" }])}
${lines(false)}

  --peer NAMES       times the same work elsewhere in turn with ours, once all give the same losses, gradients or outputs:
                     pytorch (needs python3; installs bench/peers/pytorch/requirements.txt into .cache/bench-venv),
                     tfjs (its wasm backend, op by op), scikit-learn (for tsne; installed like pytorch)
  --mode MODE        PyTorch's way: eager, or compile (torch.compile); both by default
  --repetitions N    turns of each side, 1 to 1000 (default 7)
  --batch N          samples of a run, 1 to 1024
  --part NAMES       of paper: denoise, decode, encode, train; the others stay as --out has them
  --device NAME      of paper: cpu (default), webgpu or cuda
  --steps N          steps of the memory measurement, 20 to 1000000 (default 10000)
  --out DIR          keeps the results there, one JSON each, and table.md of all that lie there
  --json             prints the results as JSON, one a line

Example: deno task bench train --peer pytorch`;
}

/** What is to be timed and how; "help" when that was asked for. @throws UserError for what there is not. */
export function readBenchOptions(
  args: readonly string[],
  known: Readonly<Record<string, Bench>> = BENCHES,
) {
  const { flags, values, positionals } = readOptions(args, {
    peer: "value",
    mode: "value",
    repetitions: "value",
    batch: "value",
    steps: "value",
    part: "value",
    device: "value",
    out: "value",
    json: "flag",
    help: "flag",
  });
  if (flags.has("help")) return "help";
  const [name = "all", ...more] = positionals;
  const asked = oneOf("bench", name, [...Object.keys(known), "all"]);
  if (more.length > 0) throw new UserError(`bench expects one name, got also "${more[0]}"`);
  const benches = asked === "all" ? Object.keys(known).filter((each) => known[each]?.inAll) : [asked];
  const peers = readPeers(values.get("peer"), benches.flatMap((each) => known[each]?.peers ?? []));
  const mode = values.get("mode");
  if (mode !== undefined && !peers.includes("pytorch")) {
    throw new UserError(`--mode expects --peer pytorch beside it, got --mode ${mode} alone`);
  }
  const out = values.get("out");
  const batch = values.get("batch");
  if (batch !== undefined && !benches.every((each) => known[each]?.batch)) {
    throw new UserError(`--batch expects a bench of one batch size, got ${asked}, which chooses its own`);
  }
  for (const name of ["part", "device"] as const) {
    if (values.has(name) && asked !== "paper") {
      throw new UserError(`--${name} expects bench paper, got ${asked}`);
    }
  }
  const device = values.get("device"), parts = values.get("part")?.split(",");
  const number = (name: "repetitions" | "batch" | "steps", got: string, [low, high]: [number, number]) =>
    wholeNumber(`--${name}`, got, { low, high });
  return {
    benches,
    peers,
    modes: mode === undefined ? MODES : [oneOf("--mode", mode, MODES)],
    repetitions: number("repetitions", values.get("repetitions") ?? "7", [1, 1000]),
    steps: number("steps", values.get("steps") ?? "10000", [20, 1_000_000]),
    ...(batch === undefined ? {} : { batch: number("batch", batch, [1, 1024]) }),
    ...(device === undefined ? {} : { device: oneOf("--device", device, DEVICES) }),
    ...(parts ? { parts: parts.map((part) => oneOf("--part", part, PAPER_PARTS)) } : {}),
    ...(out === undefined ? {} : { out }),
    json: flags.has("json"),
  };
}

/** Peers by name, divided by commas. @throws UserError for one that none of the benches knows. */
function readPeers(got: string | undefined, ofBenches: readonly PeerName[]): PeerName[] {
  if (got === undefined) return [];
  const known = PEERS.filter((peer) => ofBenches.includes(peer));
  return [...new Set(got.split(","))].map((peer) => oneOf("--peer", peer, known));
}

async function main(args: readonly string[]): Promise<void> {
  const options = readBenchOptions(args);
  if (options === "help") return console.log(usage());
  const { benches, peers, out, json, ...rest } = options;
  for (const [i, name] of benches.entries()) {
    const bench = BENCHES[name]!;
    const own: BenchOptions = {
      ...rest,
      peers: peers.filter((peer) => bench.peers.includes(peer)),
      ...(out === undefined ? {} : { out }),
      cacheFolder: cacheFolder(),
      notice: (text) => console.error(text),
    };
    const { result, text } = await bench.run(own);
    if (out !== undefined) await (await import("./results_folder.ts")).keepResult(out, name, result);
    console.log(json ? JSON.stringify(result) : i > 0 ? `\n${text}` : text);
  }
}

if (import.meta.main) {
  try {
    await main(Deno.args);
  } catch (error) {
    const expected = error instanceof UserError || (error instanceof Error && error.name === "Disagreement");
    console.error(expected ? error.message : error);
    Deno.exitCode = error instanceof UserError ? 2 : 1;
  }
}
