/**
 * The paper's statements about Fig. 4 (its caption, Sec. 3.4 and 4.3) as predicates over {@link InstructionSpace}. The paper prints no
 * number. The bar for "well" is the one `deno task evaluate` had for the sentence encoder before this figure was made: 0.95.
 */
import type { CorpusSpace, FixedPlace, InstructionSpace } from "./instruction_space.ts";
import { average, type MeanInterval, measured, type Statement } from "../../../lib/report/mod.ts";

/** Least purity and least share right for "well delineated" and "well identifiable". */
export const WELL = 0.95;
/** A fixed prompt is inside its cluster when most neighbours are of its task and it is no outlier: 5 % or more lie farther out. */
const INSIDE = { share: 0.5, farther: 0.05 } as const;

/** Whether a fixed prompt lies inside its task's cluster. */
function isInside({ share, farther }: FixedPlace): boolean {
  return share > INSIDE.share && farther >= INSIDE.farther;
}

/** What the statements are judged by. */
export interface InstructionEvidence {
  readonly space: InstructionSpace;
  /** Purity with the rule less purity without. */
  readonly difference: MeanInterval;
}

/** The instructions with the rule. @throws RangeError when there are none. */
function filteredOf({ corpora }: InstructionSpace): CorpusSpace {
  const filtered = corpora.find(({ corpus }) => corpus === "filtered");
  if (filtered === undefined) {
    throw new RangeError("Judging the instructions needs those with the keyword rule, got none");
  }
  return filtered;
}

/** What the paper says about the instructions. */
export const INSTRUCTION_STATEMENTS: readonly Statement<InstructionEvidence>[] = [
  {
    id: "instructions-cluster",
    section: "Fig. 4, caption",
    statement: "The instructions of a task lie together and apart from the others', despite their spread.",
    quantity: "share of an instruction's nearest that are of its task, in the joint text space",
    region: { low: WELL },
    noEffect: 1,
    measure: ({ space }) =>
      measured(
        filteredOf(space).purity,
        `${space.instructions} instructions of each task, ${space.neighbours} nearest; 95 % interval over templates`,
      ),
  },
  {
    id: "tasks-identifiable",
    section: "3.4",
    statement: "With the keyword rule each task is well identifiable in the joint space.",
    quantity: "share of held-out instructions whose nearest task centroid is their own",
    region: { low: WELL },
    noEffect: 1,
    measure: ({ space }) =>
      measured(
        filteredOf(space).centroid,
        `${space.heldOut} held-out wordings of each task; 95 % interval over templates`,
      ),
  },
  {
    id: "keyword-rule-separates",
    section: "3.4",
    statement: "Removing instructions that name another task's keyword keeps the tasks apart.",
    quantity: "neighbour purity with the rule less neighbour purity without",
    region: { low: 0 },
    measure: ({ space, difference }) =>
      measured(
        difference,
        `without the rule ${Math.round(100 * space.mentions)} % are made to name another task; ` +
          "95 % interval over templates",
      ),
  },
  {
    id: "fixed-prompts-inside",
    section: "Fig. 4, 4.3",
    statement: "The fixed prompt of each task lies inside the cluster of its instructions.",
    quantity:
      "share of the fixed prompts with most of their nearest instructions in their task, and no outliers",
    region: { low: 1 },
    measure({ space: { fixed } }) {
      const seeds = [...new Set(fixed.map(({ seed }) => seed))];
      const shares = seeds.map((seed) => {
        const own = fixed.filter((each) => each.seed === seed);
        return own.filter(isInside).length / own.length;
      });
      const ranged = shares.length > 1;
      const outside = [...new Set(fixed.filter((each) => !isInside(each)).map(({ task }) => task))];
      return measured(
        {
          mean: average(shares),
          low: ranged ? Math.min(...shares) : null,
          high: ranged ? Math.max(...shares) : null,
        },
        `${ranged ? "range over seeds" : "one seed has no range"}; outside: ${outside.join(", ") || "none"}`,
      );
    },
  },
];
