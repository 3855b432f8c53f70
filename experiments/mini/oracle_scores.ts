/** Scores that need no encoder: the generator of the data knows which style, drawing, layout or person the condition shows. */
import {
  attributeAgreement,
  type Bank,
  buildFaceOracle,
  buildStyleOracle,
  classifyStyle,
  edgeF1,
  type FaceOracle,
  keepsDrawing,
  nearestIdentity,
  type Pair,
  poolOf,
  type Rgb,
  type StyleOracle,
  type TaskId,
} from "../../lib/tasks/mod.ts";
import { ORACLE_NOTES } from "./oracle_notes.ts";

let styleOracle: StyleOracle | undefined;
let faceOracle: FaceOracle | undefined;

function oracle(bank: Bank, task: TaskId, pair: Pair, output: Rgb): number {
  const { condition, target } = pair.truth;
  switch (task) {
    case "replication":
    case "composition":
      return edgeF1(output, pair.condition);
    case "style": {
      if (target.kind !== "scene") return 0;
      styleOracle ??= buildStyleOracle(bank);
      return classifyStyle(styleOracle, output).treatment === target.style.treatment ? 1 : 0;
    }
    case "object":
      return target.kind === "scene" && keepsDrawing(bank, output, target) ? 1 : 0;
    case "face": {
      if (target.kind !== "portrait" || condition.kind !== "portrait") return 0;
      faceOracle ??= buildFaceOracle(bank, poolOf("val", 0).identities);
      return attributeAgreement(nearestIdentity(faceOracle, output, target.background), condition.identity);
    }
  }
}

/** One oracle score per item, under its name. */
export function oracleScores(
  bank: Bank,
  task: TaskId,
  pairs: readonly Pair[],
  outputs: readonly Rgb[],
): Record<string, number>[] {
  return pairs.map((pair, i) => ({ [ORACLE_NOTES[task].name]: oracle(bank, task, pair, outputs[i]!) }));
}
