/** The experiments there are, by id. */
import type { ExperimentEntry } from "../reproduce.ts";

export const EXPERIMENTS: readonly ExperimentEntry[] = [
  {
    id: "table1",
    title: "Single-task models, the joint model, and fixed instructions: CLIP scores on five tasks",
    paper: "Table 1, Sec. 4.2 and 4.3",
    load: async () => {
      const [{ table1Program }, { TABLE1_CODE }] = await Promise.all([
        import("./table1/mod.ts"),
        import("../mini/table1_code.ts"),
      ]);
      return table1Program(TABLE1_CODE);
    },
  },
  {
    id: "fig2",
    title: "Injection of the condition into the U-Net, drawn from the parameter trees",
    paper: "Fig. 2, Sec. 3.3",
    load: async () => {
      const { architectureProgram, FIG2 } = await import("./architecture/mod.ts");
      return architectureProgram(FIG2);
    },
  },
  {
    id: "fig3",
    title: "The projection transformer and what the instruction adds to it, drawn from the parameter trees",
    paper: "Fig. 3, Sec. 3.3",
    load: async () => {
      const { architectureProgram, FIG3 } = await import("./architecture/mod.ts");
      return architectureProgram(FIG3);
    },
  },
  {
    id: "fig4",
    title: "Instructions of the five tasks in the joint text space, by t-SNE, UMAP and PCA",
    paper: "Fig. 4, Sec. 3.4 and 4.3",
    load: async () => (await import("./fig4/mod.ts")).fig4Program(),
  },
  {
    id: "fig5",
    title: "Examples of the five training sets",
    paper: "Fig. 5, Sec. 3.4",
    load: async () => (await import("./fig5/mod.ts")).fig5Program(),
  },
  {
    id: "fig6",
    title: "Pictures of the joint model beside the single-task models', same noise",
    paper: "Fig. 6, Sec. 4.2",
    load: async () => {
      const [{ fig6Program }, { FIGURE_CODE }] = await Promise.all([
        import("./fig6/mod.ts"),
        import("../mini/figure_code.ts"),
      ]);
      return fig6Program(FIGURE_CODE);
    },
  },
  {
    id: "fig7",
    title: "Validation scores during training, the joint model beside the single-task models",
    paper: "Fig. 7, Sec. 4.2",
    load: async () => {
      const [{ fig7Program }, { FIGURE_CODE }] = await Promise.all([
        import("./fig7/mod.ts"),
        import("../mini/figure_code.ts"),
      ]);
      return fig7Program(FIGURE_CODE);
    },
  },
  {
    id: "fig8",
    title: "Variance over wordings of the instruction against variance over noises",
    paper: "Fig. 8, Sec. 4.3",
    load: async () => {
      const [{ fig8Program }, { FIGURE_CODE }] = await Promise.all([
        import("./fig8/mod.ts"),
        import("../mini/figure_code.ts"),
      ]);
      return fig8Program(FIGURE_CODE);
    },
  },
  {
    id: "fig9",
    title: "IPAdapter+ and IPAdapter-Instruct in all five uses, and what leaks",
    paper: "Fig. 9, Sec. 4.4",
    load: async () => {
      const [{ fig9Program }, { FIGURE_CODE }] = await Promise.all([
        import("./fig9/mod.ts"),
        import("../mini/figure_code.ts"),
      ]);
      return fig9Program(FIGURE_CODE);
    },
  },
  {
    id: "fig10",
    title: "Style with a scribble ControlNet, face with a pose ControlNet, and a LoRA on top",
    paper: "Fig. 10, Sec. 4.4",
    load: async () => {
      const [{ fig10Program }, { COMBINATION_CODE }] = await Promise.all([
        import("./fig10/mod.ts"),
        import("../mini/combination_code.ts"),
      ]);
      return fig10Program(COMBINATION_CODE);
    },
  },
  {
    id: "scale",
    title: "Scores over the scale of the adapter's residual, 0 to 1.2",
    paper: "Sec. 3.5",
    load: async () => {
      const [{ scaleProgram }, { FIGURE_CODE }] = await Promise.all([
        import("./scale/mod.ts"),
        import("../mini/figure_code.ts"),
      ]);
      return scaleProgram(FIGURE_CODE);
    },
  },
  {
    id: "ablations",
    title:
      "Instruction as tokens, as one-hot task, without the keyword rule; a task left out; an untrained use",
    paper: "Sec. 3.3 and 3.4",
    load: async () => {
      const [{ ablationsProgram }, { FIGURE_CODE }] = await Promise.all([
        import("./ablations/mod.ts"),
        import("../mini/figure_code.ts"),
      ]);
      return ablationsProgram(FIGURE_CODE);
    },
  },
];
