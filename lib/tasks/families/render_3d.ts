import { SIZE } from "../canvas.ts";
import type { DrawingFamily } from "./family.ts";

const LAMP = Float32Array.from({ length: SIZE * SIZE }, (_, p) => {
  const [x, y] = [(p % SIZE) / SIZE - 0.5, Math.floor(p / SIZE) / SIZE - 0.5];
  return 1.14 - 0.95 * (x * x + (y + 0.08) ** 2) - 0.1 * y;
});

/** Lit by a lamp above the middle, things throw a shadow. */
export const RENDER_3D: DrawingFamily<"3d"> = {
  id: "3d",
  phrase: "glossy 3d render",
  source: { kind: "webp", package: "@lobehub/fluent-emoji-3d" },
  share: 0.2,
  unreadable: [],
  siblings: ["flat"],
  finish(image) {
    for (let p = 0, i = 0; p < LAMP.length; p++) {
      for (let c = 0; c < 3; c++, i++) image[i] = Math.min(255, image[i]! * LAMP[p]!);
    }
  },
  shadow: true,
};
