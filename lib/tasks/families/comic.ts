import type { DrawingFamily } from "./family.ts";

/** Thick ink where areas meet. */
export const COMIC: DrawingFamily<"comic"> = {
  id: "comic",
  phrase: "comic with thick outlines",
  source: { kind: "icons", package: "@iconify-json/openmoji" },
  share: 0.2,
  unreadable: ["pixel", "watercolor"],
  ink: { width: 4, colour: [34, 34, 34] },
};
