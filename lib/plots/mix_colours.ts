/** Colours written as #rrggbb, and what lies between two of them. */

/** Red, green or blue (0, 1, 2) of a colour, 0 to 255. */
export const channel = (colour: string, i: number): number =>
  parseInt(colour.slice(1 + 2 * i, 3 + 2 * i), 16);

/** The colour at `share` of the way from one to the other, channel by channel. */
export function mixColours(from: string, to: string, share: number): string {
  const mixed = [0, 1, 2].map((i) =>
    Math.round(channel(from, i) * (1 - share) + channel(to, i) * share).toString(16).padStart(2, "0")
  );
  return `#${mixed.join("")}`;
}
