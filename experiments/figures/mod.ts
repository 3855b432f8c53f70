/** Everything that can be reproduced, the headline first, then in the paper's order: one line each, loaded when asked for. */
import type { FigureEntry } from "./figure.ts";

export const FIGURES: readonly FigureEntry[] = [
  { id: "control", load: () => import("./control/mod.ts") },
  { id: "table1", load: () => import("./table1/mod.ts") },
  { id: "fig2", load: () => import("./fig2/mod.ts") },
  { id: "fig3", load: () => import("./fig3/mod.ts") },
  { id: "fig4", load: () => import("./fig4/mod.ts") },
  { id: "fig5", load: () => import("./fig5/mod.ts") },
  { id: "fig6", load: () => import("./fig6/mod.ts") },
  { id: "fig7", load: () => import("./fig7/mod.ts") },
  { id: "fig8", load: () => import("./fig8/mod.ts") },
  { id: "fig9", load: () => import("./fig9/mod.ts") },
  { id: "fig10", load: () => import("./fig10/mod.ts") },
  { id: "scale", load: () => import("./scale/mod.ts") },
  { id: "ablations", load: () => import("./ablations/mod.ts") },
];
