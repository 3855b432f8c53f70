/** A figure's result for a terminal. */
import type { FigureResult } from "./figure_result.ts";

/** Title, caption and the claims with their verdicts. */
export function figureText({ title, caption, claims }: FigureResult): string {
  const judged = claims.map(({ verdict, statement, evidence }) =>
    `${verdict.padEnd(13)}  ${statement}\n${" ".repeat(15)}${evidence}\n`
  );
  return `${title}\n\n${caption}\n${judged.length > 0 ? `\n${judged.join("")}` : ""}`;
}
