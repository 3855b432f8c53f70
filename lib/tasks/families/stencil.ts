import { luminance } from "../canvas.ts";
import type { DrawingFamily } from "./family.ts";

/** Black shapes over places in three greys. */
export const STENCIL: DrawingFamily<"stencil"> = {
  id: "stencil",
  phrase: "bold black stencil",
  source: { kind: "icons", package: "@iconify-json/fluent-emoji-high-contrast" },
  share: 0.08,
  unreadable: ["pixel", "watercolor", "pencil", "neon", "pastel"],
  siblings: ["3d", "flat"],
  grey: true,
  tone([r, g, b]) {
    const y = luminance(r, g, b);
    const grey = y < 100 ? 186 : y < 175 ? 214 : 246;
    return [grey, grey, grey];
  },
  rim: 2,
};
