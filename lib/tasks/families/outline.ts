import type { DrawingFamily } from "./family.ts";

/** Lines on white. */
export const OUTLINE: DrawingFamily<"outline"> = {
  id: "outline",
  phrase: "black and white line drawing",
  source: { kind: "icons", package: "@iconify-json/openmoji" },
  redraw: inkOnly,
  share: 0.08,
  unreadable: ["pixel", "watercolor", "pencil", "neon", "pastel"],
  siblings: ["comic"],
  grey: true,
  tone: () => [255, 255, 255],
  ink: 198,
  rim: 1,
};

/** Keeps the near-black ink of a drawing and turns every other colour white. */
function inkOnly(body: string): string {
  return body.replace(/(fill|stroke|stop-color)="([^"]*)"/g, (whole, attribute: string, colour: string) => {
    if (colour === "none" || colour === "currentColor" || colour.startsWith("url")) return whole;
    return luminance(colour) < 0.2 ? whole : `${attribute}="#fff"`;
  });
}

function luminance(colour: string): number {
  if (colour === "black") return 0;
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(colour)?.[1];
  if (!digits) return 1;
  const step = digits.length / 3;
  const [r, g, b] = [0, 1, 2].map((i) => {
    const part = digits.slice(i * step, (i + 1) * step);
    return parseInt(step === 1 ? part + part : part, 16) / 255;
  });
  return 0.299 * r! + 0.587 * g! + 0.114 * b!;
}
