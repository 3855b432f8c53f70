/** Fig. 2: where image tokens enter the U-Net, and what is frozen; rendered from counted parameters. */
import type { Diagram, DiagramBox, DiagramRole } from "../../../lib/plots/mod.ts";
import {
  type ArchitectureContent,
  type ArchitectureSize,
  countsOf,
  productsOf,
} from "../architecture/counted_parts.ts";

/** Rows of the table: name, role, parts. */
const ROWS: readonly (readonly [string, DiagramRole, readonly string[]])[] = [
  ["U-Net without text cross-attention", "frozen", ["unet"]],
  ["text cross-attention", "frozen", ["text-cross-attention"]],
  ["image cross-attention: K, V", "trained", ["image-cross-attention"]],
  ["projection: IPAdapter+'s part", "trained", ["projection"]],
  ["projection: instruction's part", "new", ["projection-instruction"]],
];

/** One U-Net as a U of boxes; the width of a box follows the root of its channels. */
function unetBoxes(size: ArchitectureSize, [left, top]: readonly [number, number]): DiagramBox[] {
  const widest = Math.max(...size.stages.map(({ channels }) => channels));
  const down = size.stages.filter(({ kind }) => kind === "down").length;
  const step = 33;
  return size.stages.map(({ kind, channels, transformers }, i) => {
    const level = kind === "down" ? i : kind === "mid" ? down : size.stages.length - 1 - i;
    const width = 58 + 36 * Math.sqrt(channels / widest);
    const centre = left + (kind === "down" ? 50 : kind === "mid" ? 105 : 160);
    return {
      at: [centre - width / 2, top + level * step, width, 27],
      lines: [transformers > 0 ? `${channels} · ${transformers}×` : `${channels}`],
      role: transformers > 0 ? "trained" : "frozen",
    };
  });
}

/** The diagram. */
export function injectionDiagram(content: ArchitectureContent, caption: string): Diagram {
  const layers = content.sizes.map(({ stages }) =>
    stages.reduce((sum, { transformers }) => sum + transformers, 0)
  );
  const names = content.sizes.map(({ name }) => name);
  const box = (
    at: DiagramBox["at"],
    role: DiagramRole,
    ...lines: string[]
  ): DiagramBox => ({ at, role, lines });
  const total = (role: (frozen: boolean) => boolean) =>
    countsOf(content, ...ROWS.filter(([, each]) => role(each === "frozen")).flatMap(([, , parts]) => parts));
  return {
    width: 1180,
    height: 640,
    title: "Fig. 2: injection of the condition into the frozen U-Net",
    caption,
    groups: [
      {
        at: [150, 165, 712, 215],
        title: `each of ${layers.join(" | ")} transformers`,
      },
      { at: [20, 405, 602, 215], title: "only this part knows the instruction" },
    ],
    boxes: [
      box([40, 60, 105, 56], "data", "Prompt T"),
      box([195, 60, 150, 56], "frozen", "Text encoder", "of the base model"),
      box(
        [430, 60, 170, 56],
        "data",
        "text tokens",
        productsOf(content, "textTokens", "textWidth"),
      ),

      box([26, 251, 92, 50], "data", "Z", "hidden states"),
      box([190, 251, 140, 50], "frozen", "Self-attention"),
      box(
        [430, 200, 170, 58],
        "frozen",
        "Text cross-attention",
        "Q, K, V, output",
        countsOf(content, "text-cross-attention").join(" | "),
      ),
      box(
        [430, 292, 170, 58],
        "trained",
        "Image cross-attention",
        "same Q, own K and V",
        countsOf(content, "image-cross-attention").join(" | "),
      ),
      box([715, 251, 125, 50], "frozen", "Feed-forward"),
      box([886, 251, 60, 50], "data", "Z"),

      box([36, 440, 105, 62], "data", "Condition C", "an image"),
      box(
        [162, 440, 124, 62],
        "frozen",
        "Image encoder",
        ...productsOf(content, "imageTokens", "imageWidth").split(" | "),
      ),
      box([307, 440, 112, 62], "trained", "Projection", "transformer", "of Fig. 3"),
      box(
        [443, 440, 144, 62],
        "data",
        "image tokens c",
        productsOf(content, "queries", "textWidth"),
      ),
      box([36, 540, 105, 56], "data", "Instruction I", "how to read C"),
      box([162, 540, 124, 56], "frozen", "Text encoder", "in C's space"),
      ...unetBoxes(content.sizes[0] as ArchitectureSize, [968, 62]),
      ...unetBoxes(content.sizes[1] as ArchitectureSize, [968, 228]),
    ],
    sums: [[665, 276]],
    arrows: [
      { path: [[145, 88], [195, 88]] },
      { path: [[345, 88], [430, 88]] },
      { path: [[515, 116], [515, 200]], label: { text: "K, V", at: [534, 150] } },
      { path: [[118, 276], [190, 276]] },
      { path: [[330, 276], [380, 276], [380, 229], [430, 229]], label: { text: "Q", at: [395, 219] } },
      { path: [[330, 276], [380, 276], [380, 321], [430, 321]], label: { text: "Q", at: [395, 333] } },
      { path: [[600, 229], [665, 229], [665, 267]] },
      { path: [[600, 321], [665, 321], [665, 285]], label: { text: "× λ", at: [684, 313] }, role: "trained" },
      { path: [[674, 276], [715, 276]] },
      { path: [[840, 276], [886, 276]] },
      { path: [[141, 471], [162, 471]] },
      { path: [[286, 471], [307, 471]] },
      { path: [[419, 471], [443, 471]], role: "trained" },
      { path: [[515, 440], [515, 350]], label: { text: "K, V", at: [534, 393] }, role: "trained" },
      { path: [[141, 568], [162, 568]] },
      {
        path: [[286, 568], [363, 568], [363, 502]],
        role: "new",
        label: { text: "IPAdapter-Instruct only", at: [446, 568] },
      },
    ],
    texts: [
      { at: [968, 48], text: `<b>U-Net, ${names[0]}</b>` },
      { at: [968, 214], text: `<b>U-Net, ${names[1]}</b>` },
      {
        at: [640, 607],
        text: `Left of a bar: ${names[0]}; right: ${
          names[1]
        }. U-Net: channels · transformers.<br>λ: 1 in training, 0.6 to 0.8 advised in use (Sec. 3.5).`,
      },
    ],
    tables: [{
      at: [640, 425],
      widths: [300, 110, 110],
      head: ["Parameters", ...names],
      rows: [
        ...ROWS.map(([name, role, parts]) => ({ role, cells: [name, ...countsOf(content, ...parts)] })),
        { bold: true, cells: ["frozen", ...total((frozen) => frozen)] },
        { bold: true, cells: ["trained", ...total((frozen) => !frozen)] },
      ],
    }],
    legend: {
      at: [36, 144],
      entries: [["frozen", "frozen"], ["trained", "trained"], ["new", "new, trained"], ["data", "data"]],
    },
  };
}
