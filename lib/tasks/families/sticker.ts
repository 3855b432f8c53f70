import { luminance } from "../canvas.ts";
import type { DrawingFamily } from "./family.ts";

/** Strong colours, things cut out with a white rim. */
export const STICKER: DrawingFamily<"sticker"> = {
  id: "sticker",
  phrase: "flat sticker",
  source: { kind: "icons", package: "@iconify-json/twemoji" },
  share: 0.2,
  unreadable: [],
  tone([r, g, b]) {
    const grey = luminance(r, g, b);
    const push = (value: number): number => Math.min(255, Math.max(0, grey + (value - grey) * 1.35));
    return [push(r), push(g), push(b)];
  },
  rim: 5,
};
