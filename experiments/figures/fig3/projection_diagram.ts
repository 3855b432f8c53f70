/** Fig. 3: the projection transformer of IPAdapter+ (orange) with the instruction's layers (green); rendered from counted parameters. */
import type { Diagram, DiagramBox, DiagramRole } from "../../../lib/plots/mod.ts";
import { type ArchitectureContent, countsOf, productsOf, sizesOf } from "../architecture/counted_parts.ts";

const PARTS: readonly (readonly [name: string, role: DiagramRole, part: string])[] = [
  ["learned queries", "trained", "latents"],
  ["projection of the image's states", "trained", "proj-in"],
  ["attention to the image, all layers", "trained", "image-attention"],
  ["feed-forward after it, all layers", "trained", "image-feed-forward"],
  ["output projection and norm", "trained", "proj-out"],
  ["projection of the instruction", "new", "proj-new-input"],
  ["attention to the instruction, all layers", "new", "instruction-attention"],
  ["feed-forward after it, all layers", "new", "instruction-feed-forward"],
];

/** The diagram. */
export function projectionDiagram(content: ArchitectureContent, caption: string): Diagram {
  const names = content.sizes.map(({ name }) => name);
  const box = (at: DiagramBox["at"], role: DiagramRole, ...lines: string[]): DiagramBox => ({
    at,
    role,
    lines,
  });
  const counted = (part: string) => countsOf(content, part).join(" | ");
  const size = (name: string) => sizesOf(content, name);
  const of = (role: DiagramRole) => PARTS.filter(([, each]) => each === role).map(([, , part]) => part);
  /** A residual around a block: from the stream before it to the sum behind it. */
  const residual = (from: number, to: number, role: DiagramRole) => ({
    path: [[from, 268], [to, 259]] as const,
    arc: 62,
    role,
  });
  return {
    width: 1180,
    height: 640,
    title: "Fig. 3: the projection transformer, and what the instruction adds to it",
    caption,
    groups: [{ at: [178, 165, 706, 200], title: `${size("depth")} layers` }],
    boxes: [
      box(
        [20, 60, 146, 62],
        "data",
        "E(C)",
        "the image's states",
        productsOf(content, "imageTokens", "imageWidth"),
      ),
      box([205, 60, 150, 62], "trained", "Linear", "proj_in", counted("proj-in")),
      box(
        [20, 237, 120, 62],
        "trained",
        "Queries",
        productsOf(content, "queries", "dim"),
        counted("latents"),
      ),
      box([215, 237, 130, 62], "trained", "Attention", "to the image", counted("image-attention")),
      box(
        [398, 237, 115, 62],
        "trained",
        "Feed-forward",
        `× ${size("ffFactor")}`,
        counted("image-feed-forward"),
      ),
      box([563, 237, 130, 62], "new", "Attention", "to the instruction", counted("instruction-attention")),
      box([741, 237, 108, 62], "new", "Feed-forward", "× 2", counted("instruction-feed-forward")),
      box([915, 237, 105, 62], "trained", "Linear, norm", "proj_out", counted("proj-out")),
      box(
        [1044, 237, 126, 62],
        "data",
        "tokens c",
        productsOf(content, "queries", "textWidth"),
        "to Fig. 2",
      ),
      box(
        [20, 415, 146, 62],
        "data",
        "E(I)",
        "the instruction",
        productsOf(content, "instructionTokens", "instructionWidth"),
      ),
      box([205, 415, 150, 62], "new", "Linear", "proj_new_input", counted("proj-new-input")),
    ],
    sums: [[372, 268], [537, 268], [719, 268], [871, 268]],
    arrows: [
      { path: [[166, 91], [205, 91]] },
      { path: [[280, 122], [280, 237]], label: { text: "x: K, V", at: [308, 148] }, role: "trained" },
      { path: [[140, 268], [215, 268]], label: { text: "l: Q", at: [162, 256] } },
      { path: [[345, 268], [363, 268]] },
      { path: [[381, 268], [398, 268]] },
      { path: [[513, 268], [528, 268]] },
      { path: [[546, 268], [563, 268]] },
      { path: [[693, 268], [710, 268]] },
      { path: [[728, 268], [741, 268]] },
      { path: [[849, 268], [862, 268]] },
      { path: [[880, 268], [915, 268]] },
      { path: [[1020, 268], [1044, 268]] },
      residual(190, 372, "trained"),
      residual(389, 537, "trained"),
      residual(554, 719, "new"),
      residual(736, 871, "new"),
      { path: [[166, 446], [205, 446]] },
      { path: [[355, 446], [628, 446], [628, 299]], label: { text: "i: K, V", at: [655, 395] }, role: "new" },
      {
        path: [[889, 268], [897, 268], [897, 340], [165, 340], [165, 274]],
        label: { text: "l into the next layer", at: [480, 328] },
      },
    ],
    texts: [
      {
        at: [20, 552],
        text:
          `Sizes: ${names.join(" | ")}. Of width ${size("dim")}, ${
            size("heads")
          } heads; every block is residual.<br><br>` +
          "New matrices start as noise, σ = 1e-4 (in mini trainings 0.05);<br>" +
          "the last projection of each new block starts at zero, so that a fresh<br>" +
          "model returns IPAdapter+'s tokens exactly, whatever the instruction (Sec. 3.5).",
      },
    ],
    tables: [{
      at: [690, 400],
      widths: [270, 100, 100],
      head: ["Parameters", ...names],
      rows: [
        ...PARTS.map(([name, role, part]) => ({ role, cells: [name, ...countsOf(content, part)] })),
        { bold: true, cells: ["IPAdapter+ (orange)", ...countsOf(content, ...of("trained"))] },
        { bold: true, cells: ["added by Instruct (green)", ...countsOf(content, ...of("new"))] },
      ],
    }],
    legend: {
      at: [420, 75],
      entries: [["trained", "IPAdapter+'s own"], ["new", "new in IPAdapter-Instruct"], ["data", "data"]],
    },
  };
}
