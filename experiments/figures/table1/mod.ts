/** Table 1: its stages (stages.ts), its statements (statements.ts), and the files that show it. */
import {
  claimsText,
  readTable1,
  table1Csv,
  table1Figure,
  table1Latex,
  table1Markdown,
  type Table1Result,
  table1Table,
  table1Text,
} from "../../../lib/report/mod.ts";
import type { RunRequest } from "../../setting/experiment.ts";
import type { Table1Stages } from "../../setting/model_requests.ts";
import type { Figure } from "../figure.ts";
import { paperScaleNeeds } from "../paper_scale.ts";
import { table1Code } from "./model_code.ts";
import { TABLE1, table1Stages } from "./stages.ts";
import { TABLE1_STATEMENTS } from "./statements.ts";

/** Table 1 with the model code of a request. */
export function table1Program(codeOf: (request: RunRequest) => Table1Stages): Figure {
  return {
    record: TABLE1,
    statements: TABLE1_STATEMENTS,
    paperScale: "trained",
    targets: (request) => table1Stages(request, codeOf(request)).slice(-1),
    needs: (request) => request.scale === "paper" ? paperScaleNeeds("table1", request) : undefined,
    prepare: (request) => codeOf(request).checkDevice(request.device),
    async collect(outputs, { width }) {
      const summary = outputs.get("summary");
      if (summary === undefined) {
        throw new RangeError("Collecting table1 needs the output of its summary stage");
      }
      const result = JSON.parse(await summary.text("result.json")) as Table1Result;
      const files = new Map<string, Uint8Array | string>();
      for (const name of summary.files) files.set(name, await summary.bytes(name));
      files.set("table.md", table1Markdown(result));
      files.set("table.tex", table1Latex(result));
      files.set("table.csv", table1Csv(result));
      return { files, text: `${table1Text(result, { width })}\n${claimsText(result, { width })}` };
    },
    read: (folder) => readTable1(folder).result,
    show(folder) {
      const { result, picture } = readTable1(folder);
      return Promise.resolve({
        result,
        tables: [table1Table(result)],
        graphics: [
          { kind: "figure", figure: table1Figure(result) },
          {
            kind: "picture",
            id: "samples",
            caption: "Samples: condition, target, and each model's picture.",
            png: picture,
          },
        ],
      });
    },
  };
}

/** Table 1. */
export const figure: Figure = table1Program(table1Code);
