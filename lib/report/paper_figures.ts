/** What the paper says of its table and of each figure, in our words, and the command that makes ours. */

/** A table or figure of the paper. */
export interface PaperItem {
  /** As given to `reproduce`. */
  readonly id: string;
  /** As printed. */
  readonly name: string;
  /** What the paper shows or says there. */
  readonly says: string;
}

/** All that is reproduced, in the paper's order. */
export const PAPER_ITEMS: readonly PaperItem[] = [
  {
    id: "table1",
    name: "Table 1",
    says:
      "One joint model is on par with five single-task models, and random instructions do slightly better than fixed ones.",
  },
  {
    id: "fig2",
    name: "Fig. 2",
    says:
      "A cross-attention to the image follows every one to the text. The original network stays frozen; only the new part is learned.",
  },
  {
    id: "fig3",
    name: "Fig. 3",
    says:
      "The projection transformer gets a further attention to the instruction in each layer; all layers are residual.",
  },
  {
    id: "fig4",
    name: "Fig. 4",
    says:
      "By t-SNE, 1000 instructions of each task are well delineated despite their spread; fixed prompts are crosses.",
  },
  {
    id: "fig5",
    name: "Fig. 5",
    says: "Entries of the five training sets: condition, instruction, prompt, target.",
  },
  {
    id: "fig6",
    name: "Fig. 6",
    says:
      "The joint model's pictures are like the single-task models'; now and then it leaks what it should not.",
  },
  {
    id: "fig7",
    name: "Fig. 7",
    says: "On style and face, the joint model's validation scores rise as fast as the single-task models'.",
  },
  {
    id: "fig8",
    name: "Fig. 8",
    says: "Rewording the instruction changes the picture much less than another initial noise does.",
  },
  {
    id: "fig9",
    name: "Fig. 9",
    says:
      "IPAdapter+ leaks from the condition or drops what matters; with an instruction the use is controlled.",
  },
  {
    id: "fig10",
    name: "Fig. 10",
    says: "Style with a scribble ControlNet and face with a pose ControlNet work together with the adapter.",
  },
  {
    id: "scale",
    name: "Sec. 3.5",
    says:
      "In use, the adapter's residual is best scaled back by 20 to 40 %, so that the text prompt is heard.",
  },
  {
    id: "ablations",
    name: "Sec. 3.3, 3.4",
    says:
      "Task embeddings could stand in for the instruction; text should be more flexible and a better start for further tasks. A keyword rule keeps the tasks apart. None of it is measured there.",
  },
];
