/** NOTICE.md of a data set: what it was built from, and which licences these sources name. Whoever shares the pairs is bound by them. */
import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SourceNote } from "./pair_builder.ts";

const LICENCE_NAME = /^(licen[cs]e|copying|notice)\b/i;

/** The files beside or in a source that name its licence. */
export function licenceIn(path: string): { licence?: string } {
  const folder = statSync(path).isDirectory() ? path : dirname(path);
  const names = readdirSync(folder).filter((name) => LICENCE_NAME.test(name)).sort();
  return names.length === 0 ? {} : { licence: names.map((name) => join(folder, name)).join(", ") };
}

/** The file's text. */
export function noticeText(
  { task, seed, captions, notes }: {
    task: string;
    seed: number;
    captions: string | null;
    notes: readonly SourceNote[];
  },
): string {
  const lines = notes.map(({ what, path, holds, licence }) =>
    `- ${what}: ${path} (${holds}); licence: ${licence ?? "not stated beside the source"}`
  );
  return [
    `# Pairs for ${task}`,
    "",
    `Built by \`deno task data build --scale paper --task ${task} --seed ${seed}\` from these sources, whose licences hold for the pairs:`,
    "",
    ...lines,
    ...(captions === null ? [] : [`- captions where the sources have none: ${captions}`]),
    "",
    "Each pair's sources stand in `build/journal.jsonl`, by its `id`; what was passed over, and why, in `broken.jsonl`.",
    "",
  ].join("\n");
}
