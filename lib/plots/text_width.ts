/** Widths of DejaVu Sans without opening the font: enough to break lines. */

const CLASSES: readonly (readonly [characters: string, width: number])[] = [
  [" ijlI.,:;'|![]()-", 0.36],
  ['frt/"', 0.41],
  ["ckszvxyJ", 0.57],
  ["mwMWQ@%—…", 0.98],
  ["ABCDEFGHKLNOPRSTUVXYZ&", 0.71],
];

/** Width of a text in em, rounded up a little; bold is some 10 % wider. */
export function textWidth(text: string, options: { bold?: boolean } = {}): number {
  let width = 0;
  for (const character of text) {
    width += CLASSES.find(([characters]) => characters.includes(character))?.[1] ?? 0.635;
  }
  return options.bold ? width * 1.1 : width;
}

/** Breaks a text at blanks into lines of at most `limit` em; past `most` lines the last one ends in "…". */
export function wrapText(
  text: string,
  limit: number,
  options: { most?: number; bold?: boolean } = {},
): string[] {
  const { most = Infinity, bold = false } = options;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    // A line may also end behind a hyphen.
    for (const [i, piece] of word.split(/(?<=-)/).entries()) {
      const longer = line === "" || i > 0 ? line + piece : `${line} ${piece}`;
      if (line !== "" && textWidth(longer, { bold }) > limit) {
        lines.push(line);
        line = piece;
      } else line = longer;
    }
  }
  if (line !== "") lines.push(line);
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  let last = kept[most - 1]!;
  while (last !== "" && textWidth(`${last}…`, { bold }) > limit) last = last.slice(0, -1);
  kept[most - 1] = `${last.trimEnd()}…`;
  return kept;
}
