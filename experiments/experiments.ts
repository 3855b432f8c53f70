/** The experiments there are, by id. */
import type { ExperimentEntry } from "./reproduce.ts";

export const EXPERIMENTS: readonly ExperimentEntry[] = [
  {
    id: "table1",
    title: "Single-task models, the joint model, and fixed instructions: CLIP scores on five tasks",
    paper: "Table 1, Sec. 4.2 and 4.3",
    load: async () => {
      const [{ table1Program }, { TABLE1_CODE }] = await Promise.all([
        import("./table1.ts"),
        import("./mini/table1_code.ts"),
      ]);
      return table1Program(TABLE1_CODE);
    },
  },
];
