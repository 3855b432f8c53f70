/** Type-checks the code cells of notebooks, which `deno check` does not read and the kernel runs unchecked. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type CodeCell, readNotebook } from "./notebook_file.ts";

const CONFIG = fileURLToPath(new URL("../../deno.json", import.meta.url));
/** "    at file:///tmp/cells-x/02_instructions.ts:14:3" in what `deno check` prints. */
const PLACE = /^\s*at (file:\S+?):(\d+):\d+$/;

/** All code cells, one after the other; relative imports lead from the notebook's folder. */
function moduleOf(cells: readonly CodeCell[], path: string): string {
  return cells.map(({ source }) => source).join("\n").replace(
    /(\bfrom )"(\.{1,2}\/[^"]+)"/g,
    (_, from, specifier) => `${from}"${new URL(specifier, pathToFileURL(resolve(path)))}"`,
  ) + "\nexport {};\n";
}

/** The cell that holds a line of the module, and that line of the cell; both from 1. */
function placeOf(cells: readonly CodeCell[], line: number): string {
  let first = 1;
  for (const { number, source } of cells) {
    const end = first + source.split("\n").length;
    if (line < end) return `cell ${number}, line ${line - first + 1}`;
    first = end;
  }
  return "after the last cell";
}

/**
 * Checks each notebook as one module, in the configuration of this repository. A name that two cells declare is a fault, too, although the
 * kernel lets a cell declare it again.
 *
 * @returns one line per fault, such as "02_instructions.ipynb, cell 3, line 1: TS2304 [ERROR]: Cannot find name 'x'."; empty when all is well.
 */
export async function checkCells(paths: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), "cells-"));
  try {
    const modules = paths.map((path, i) => {
      const file = join(folder, `${i}.ts`);
      const { cells } = readNotebook(path);
      writeFileSync(file, moduleOf(cells, path));
      return { name: basename(path), cells, file, url: pathToFileURL(file).href };
    });
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", CONFIG, ...modules.map(({ file }) => file)],
      env: { NO_COLOR: "1" },
      stdout: "null",
    }).output();
    if (success) return [];
    const text = new TextDecoder().decode(stderr);
    const faults: string[] = [];
    let message = "";
    for (const line of text.split("\n")) {
      if (/^(error: )?TS\d+ /.test(line)) message = line.replace("error: ", "");
      const [, url, number] = PLACE.exec(line) ?? [];
      const module = modules.find((each) => each.url === url);
      if (module) faults.push(`${module.name}, ${placeOf(module.cells, Number(number))}: ${message}`);
    }
    return faults.length > 0 ? faults : [text.trim()];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
