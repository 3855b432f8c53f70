import type { DrawingFamily } from "./family.ts";

/** Plain areas of colour. */
export const FLAT: DrawingFamily<"flat"> = {
  id: "flat",
  phrase: "flat vector art",
  source: { kind: "icons", package: "@iconify-json/fluent-emoji-flat" },
  share: 0.2,
  unreadable: [],
  siblings: ["3d"],
};
