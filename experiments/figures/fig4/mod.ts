/**
 * Fig. 4: the instructions of the five tasks in the joint text space, with the fixed prompts of the ablation as crosses.
 *
 * embed-seedN ─┬─ measure-seedN ─────────────────────────┐
 *              └─ layout-METHOD (first seed) ── measure-layouts ── fig4-summary
 */
import { PROJECTION_METHODS } from "../../../lib/projection/mod.ts";
import { TASKS } from "../../../lib/tasks/mod.ts";
import type { Experiment, RunRequest } from "../../setting/experiment.ts";
import { figureProgram } from "../figure_program.ts";
import { codeAt } from "../paper_stage.ts";
import { ROLES } from "../../paper/paper_inputs.ts";
import type { EmbedRequest } from "./embed_instructions.ts";
import type { LayoutRequest } from "./lay_out.ts";
import { type Stage, stageCode, stageMaker } from "../../runner/mod.ts";
import type { BudgetId } from "../../setting/scales.ts";
import { instructionMaps } from "./maps.ts";
import { INSTRUCTION_STATEMENTS } from "./statements.ts";
import type { Figure } from "../figure.ts";

/** The experiment, as data. Full repeats quick's measures with more seeds. */
export const FIG4 = {
  id: "fig4",
  name: "Fig. 4",
  title: "Fig. 4: instructions of the five tasks in the joint text space",
  paper: "Fig. 4, Sec. 3.4 and 4.3",
  says:
    "By t-SNE, 1000 instructions of each task are well delineated despite their spread; fixed prompts are crosses.",
  tasks: TASKS,
  neighbours: 10,
  mentions: 0.5,
  layouts: PROJECTION_METHODS,
  budgets: {
    smoke: { instructions: 100, heldOut: 50, expectedSeconds: 3 },
    quick: { instructions: 1000, heldOut: 250, expectedSeconds: 30 },
    full: { instructions: 1000, heldOut: 250, expectedSeconds: 30 },
  },
} as const satisfies Experiment & {
  /** k of every neighbour score. */
  readonly neighbours: number;
  /** Chance that an unfiltered instruction names another task. */
  readonly mentions: number;
  readonly layouts: readonly string[];
  readonly budgets: Readonly<
    Record<
      BudgetId,
      { readonly instructions: number; readonly heldOut: number; readonly expectedSeconds: number }
    >
  >;
};

const EMBED = stageCode("experiments/figures/fig4/embed_instructions.ts", "embedInstructions", {
  from: () => import("./embed_instructions.ts"),
});
/** The code of a request's scale. @throws UserError when the folder of the weights is not there. */
const embedCode = (request: RunRequest) =>
  codeAt(request, {
    mini: EMBED,
    paper: stageCode("experiments/figures/fig4/embed_paper_instructions.ts", "embedPaperInstructions", {
      from: () => import("./embed_paper_instructions.ts"),
    }),
    reads: { weights: "instructions" },
  });

const LAY_OUT = stageCode("experiments/figures/fig4/lay_out.ts", "layOut", {
  from: () => import("./lay_out.ts"),
});
const MEASURE = stageCode("experiments/figures/fig4/measure_instructions.ts", "measureInstructions", {
  from: () => import("./measure_instructions.ts"),
});
const MEASURE_LAYOUTS = stageCode("experiments/figures/fig4/measure_layouts.ts", "measureLayouts", {
  from: () => import("./measure_layouts.ts"),
});

function stages(request: RunRequest): Stage[] {
  const { budget, seeds, device } = request;
  const code = embedCode(request);
  const { instructions, heldOut, expectedSeconds } = FIG4.budgets[budget];
  const { neighbours, mentions } = FIG4;
  const makers = {
    embed: stageMaker(FIG4.id, code),
    layOut: stageMaker(FIG4.id, LAY_OUT),
    measure: stageMaker(FIG4.id, MEASURE),
    measureLayouts: stageMaker(FIG4.id, MEASURE_LAYOUTS),
  };
  const embeddings = seeds.map((seed) => {
    const config: EmbedRequest = { seed, instructions, heldOut, mentions, device };
    return makers.embed({
      id: `embed-seed${seed}`,
      title: `Embed instructions, seed ${seed}`,
      config,
      parents: [],
      expectedSeconds,
      run: async (context) => await (await code.load())(config, context),
    });
  });
  const measures = seeds.map((seed, i) => {
    const embedded = embeddings[i] as Stage;
    const config = { seed, neighbours };
    return makers.measure({
      id: `measure-seed${seed}`,
      title: `Find neighbours, seed ${seed}`,
      config,
      parents: [embedded],
      expectedSeconds,
      async run(context) {
        const measure = await MEASURE.load();
        context.write(
          "measures.json",
          JSON.stringify(await measure(config, context.input(embedded.id), context)),
        );
      },
    });
  });
  const [first] = embeddings as [Stage];
  const layouts = FIG4.layouts.map((method) => {
    const config: LayoutRequest = { method, seed: seeds[0] as number };
    return makers.layOut({
      id: `layout-${method}`,
      title: `Lay out by ${method}`,
      config,
      parents: [first],
      expectedSeconds,
      run: async (context) => await (await LAY_OUT.load())(config, context.input(first.id), context),
    });
  });
  const config = { neighbours, instructions, heldOut, mentions };
  const quality = makers.measureLayouts({
    id: "measure-layouts",
    title: "Measure the layouts",
    config,
    parents: [first, ...layouts],
    expectedSeconds,
    async run(context) {
      const measure = await MEASURE_LAYOUTS.load();
      const inputs = {
        embedded: context.input(first.id),
        layouts: layouts.map(({ id }) => context.input(id)),
      };
      context.write("scores.json", JSON.stringify(await measure(config, inputs, context)));
      context.write("request.json", JSON.stringify(config));
    },
  });
  return [...embeddings, ...measures, ...layouts, quality];
}

/** Fig. 4. */
export const figure: Figure = figureProgram({
  record: FIG4,
  statements: INSTRUCTION_STATEMENTS,
  content: { module: "experiments/figures/fig4/instruction_space.ts", type: "InstructionSpace" },
  budgetNote({ budget }) {
    const { instructions, heldOut } = FIG4.budgets[budget];
    return `${instructions.toLocaleString("en")} training and ${heldOut} held-out instructions per task`;
  },
  stages,
  summary: stageCode("experiments/figures/fig4/summary.ts", "summarize", {
    from: () => import("./summary.ts"),
  }),
  expectedSeconds: 5,
  paperScale: "untrained",
  paperReads: () => ({ roles: ROLES.instructions, tasks: [] }),
  render: instructionMaps,
});
