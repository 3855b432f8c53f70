/** `deno task explore`: from arguments to a running page. */
import { UserError } from "../../lib/engine/mod.ts";
import type { RunningExplorer } from "../../lib/explorer/mod.ts";
import { type OptionKind, readOptions, wholeNumber } from "../setting/command_line.ts";
import { type ExploreOptions, EXPLORER_PORT, startExplorer } from "./explore.ts";
import { openBrowser } from "./open_browser.ts";
import { exportSite } from "./site/export_site.ts";

const OPTIONS = {
  "port": "value",
  "no-open": "flag",
  "results": "value",
  "checkpoint": "value",
  "export": "value",
  "help": "flag",
} as const satisfies Record<string, OptionKind>;

/** The help text. */
const EXPLORE_HELP = `deno task explore [--port N] [--no-open] [--results DIR] [--checkpoint FILE]
deno task explore --export DIR [--results DIR] [--checkpoint FILE]

Opens a page on this machine: the map of the training instructions. Type an instruction, see where it lands, and what the joint
model makes of a picture under it.
  --port N           default ${EXPLORER_PORT}; 0 takes a free one
  --no-open          prints the address and opens no browser
  --results DIR      shows Table 1's mean scores of that folder beside each picture's own
  --checkpoint FILE  adapter.safetensors of a trained adapter (default: the committed joint adapter)
  --export DIR       starts nothing: writes the same page as a static site that does all of it in the browser alone

For example: deno task explore --export site && npx serve site

The first start lays the map out, one to two minutes on two cores; it is kept in .cache/. Ctrl+C ends it.`;

/** Where the command writes. */
export interface ExploreIo {
  /** Results: the address. */
  readonly out: (line: string) => void;
  /** One line for the user. */
  readonly err: (line: string) => void;
  /** Opens a page; false where that fails. */
  readonly open?: (url: string) => Promise<boolean>;
  /** Instructions per task on the map. */
  readonly sizes?: ExploreOptions["sizes"];
}

/**
 * Starts the explorer as the arguments say and prints its address; undefined where only help or an export was asked for.
 *
 * @throws UserError in one sentence.
 */
export async function runExplore(
  args: readonly string[],
  io: ExploreIo,
): Promise<RunningExplorer | undefined> {
  const { flags, values, positionals } = readOptions(args, OPTIONS);
  if (flags.has("help")) {
    io.out(EXPLORE_HELP);
    return undefined;
  }
  if (positionals.length > 0) {
    throw new UserError(
      `Reading the command line failed: expected options only, got "${positionals[0]}"; --help lists them`,
    );
  }
  const port = values.get("port");
  const [results, checkpoint, folder] = [
    values.get("results"),
    values.get("checkpoint"),
    values.get("export"),
  ];
  let said = "";
  const common: ExploreOptions = {
    ...(io.sizes ? { sizes: io.sizes } : {}),
    ...(results === undefined ? {} : { results }),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    onProgress(stage) {
      if (stage === said) return;
      if (said === "") io.err("Preparing the map, once, one to two minutes on two cores");
      io.err(`  ${said = stage}`);
    },
  };
  if (folder !== undefined) {
    if (port !== undefined || flags.has("no-open")) {
      throw new UserError(
        "Exporting the explorer failed: --export writes files and starts nothing, so it takes no --port and no --no-open",
      );
    }
    const { files, bytes } = await exportSite({ ...common, folder });
    io.out(
      `${folder}: ${files} files, ${
        (bytes / 1e6).toFixed(1)
      } MB; any static host serves it, here: npx serve ${folder}`,
    );
    return undefined;
  }
  const running = await startExplorer({
    ...common,
    ...(port === undefined ? {} : { port: wholeNumber("--port", port, { low: 0, high: 65535 }) }),
  });
  io.out(running.url);
  if (!flags.has("no-open") && !await (io.open ?? openBrowser)(running.url)) {
    io.err("No browser could be opened; open the address above in one");
  }
  return running;
}
