/**
 * The paper's statements about Fig. 4 (its caption, Sec. 3.4 and 4.3) as predicates over {@link InstructionSpace}. The paper prints no
 * number. The bar for "well" is the one `deno task evaluate` had for the sentence encoder before this figure was made: 0.95.
 */
import type { FixedPlace, InstructionSpace, MeanInterval } from "./instruction_space.ts";
import type { ClaimVerdict } from "./claim_verdict.ts";
import { judgeStatements, type Statement } from "./statement.ts";

/** Least purity and least share right for "well delineated" and "well identifiable". */
export const WELL = 0.95;
/** A fixed prompt is inside its cluster when most neighbours are of its task and it is no outlier: 5 % or more lie farther out. */
export const INSIDE = { share: 0.5, farther: 0.05 } as const;

/** Whether a fixed prompt lies inside its task's cluster. */
export function isInside({ share, farther }: FixedPlace): boolean {
  return share > INSIDE.share && farther >= INSIDE.farther;
}

/** What the paper says about the instructions. */
export const INSTRUCTION_STATEMENTS: readonly Statement[] = [
  {
    id: "instructions-cluster",
    section: "Fig. 4, caption",
    statement: "The instructions of a task lie together and apart from the others', despite their spread.",
    quantity: "share of an instruction's nearest that are of its task, in the joint text space",
    region: { low: WELL },
  },
  {
    id: "tasks-identifiable",
    section: "3.4",
    statement: "With the keyword rule each task is well identifiable in the joint space.",
    quantity: "share of held-out instructions whose nearest task centroid is their own",
    region: { low: WELL },
  },
  {
    id: "keyword-rule-separates",
    section: "3.4",
    statement: "Removing instructions that name another task's keyword keeps the tasks apart.",
    quantity: "neighbour purity with the rule less neighbour purity without",
    region: { low: 0 },
  },
  {
    id: "fixed-prompts-inside",
    section: "Fig. 4, 4.3",
    statement: "The fixed prompt of each task lies inside the cluster of its instructions.",
    quantity:
      "share of the fixed prompts with most of their nearest instructions in their task, and no outliers",
    region: { low: 1 },
  },
];

/**
 * Judges the claims on Fig. 4.
 *
 * @param difference purity with the rule less purity without.
 */
export function judgeInstructions(space: InstructionSpace, difference: MeanInterval): ClaimVerdict[] {
  const { instructions, heldOut, neighbours, corpora, fixed, mentions } = space;
  const filtered = corpora.find(({ corpus }) => corpus === "filtered");
  if (filtered === undefined) {
    throw new RangeError("judgeInstructions() needs the filtered instructions, got none");
  }
  const seeds = [...new Set(fixed.map(({ seed }) => seed))];
  const shares = seeds.map((seed) => {
    const own = fixed.filter((each) => each.seed === seed);
    return own.filter(isInside).length / own.length;
  });
  const ranged = shares.length > 1;
  const outside = [...new Set(fixed.filter((each) => !isInside(each)).map(({ task }) => task))];
  return judgeStatements(INSTRUCTION_STATEMENTS, {
    "instructions-cluster": {
      ...filtered.purity,
      evidence:
        `${instructions} instructions of each task, ${neighbours} nearest; 95 % interval over templates`,
    },
    "tasks-identifiable": {
      ...filtered.centroid,
      evidence: `${heldOut} held-out wordings of each task; 95 % interval over templates`,
    },
    "keyword-rule-separates": {
      ...difference,
      evidence: `without the rule ${Math.round(100 * mentions)} % are made to name another task; ` +
        "95 % interval over templates",
    },
    "fixed-prompts-inside": {
      mean: shares.reduce((a, b) => a + b, 0) / shares.length,
      low: ranged ? Math.min(...shares) : null,
      high: ranged ? Math.max(...shares) : null,
      evidence: `${ranged ? "range over seeds" : "one seed has no range"}; outside: ${
        outside.join(", ") || "none"
      }`,
    },
  });
}
