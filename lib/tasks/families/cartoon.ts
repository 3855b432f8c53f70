import { blur } from "../blur.ts";
import type { DrawingFamily } from "./family.ts";

const milk = (value: number): number => value * 0.78 + 56;

/** A little milk in every colour, soft borders. */
export const CARTOON: DrawingFamily<"cartoon"> = {
  id: "cartoon",
  phrase: "soft cartoon",
  source: { kind: "icons", package: "@iconify-json/noto" },
  share: 0.2,
  unreadable: [],
  tone: ([r, g, b]) => [milk(r), milk(g), milk(b)],
  finish(image) {
    blur(image);
    blur(image);
  },
};
