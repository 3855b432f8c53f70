/** The control figure's findings: the matrices, the verdicts, and the sheet of pictures. */
import { key } from "../../../lib/engine/mod.ts";
import {
  averagedOverNoises,
  type ControlAnchor,
  controlEntries,
  controlHeadlines,
  type ControlSample,
  judgeAll,
  resampleCells,
  targetSamples,
  withAnchors,
} from "../../../lib/report/mod.ts";
import type { CommittedReport } from "../../setting/model_requests.ts";
import { SCALES } from "../../setting/scales.ts";
import type { Summarize } from "../figure_summary.ts";
import { COMMITTED_ID } from "../table1/stages.ts";
import { TARGETS } from "../uses/use_rows.ts";
import { keysOf } from "../uses/use_samples.ts";
import { type AdapterSource, CONTROL } from "./record.ts";
import { COMMITTED } from "../uses/use_rows.ts";
import { controlSheet } from "./sheet.ts";
import { anchorsId, controlId, readPictures } from "./stages.ts";
import { CONTROL_STATEMENTS, type ControlContent } from "./statements.ts";

/** Reads the stages of all rows. */
export const summarize: Summarize = async (context, { scale, budget, seeds }, outputs) => {
  const read = async <T>(id: string, name: string) => JSON.parse(await context.input(id).text(name)) as T;
  const anchors: ControlAnchor[] = [];
  const samples: ControlSample[] = [];
  for (const seed of seeds) {
    anchors.push(...await read<ControlAnchor[]>(anchorsId(seed), "anchors.json"));
    for (const { row } of CONTROL.rows) {
      samples.push(...await read<ControlSample[]>(controlId(row, seed), "samples.json"));
    }
  }
  // Of a model of one training seeds are noises; so they are of the targets.
  const ofTrainings: readonly AdapterSource["from"][] = ["table1", "ablations"];
  const trained = new Set<string>(
    CONTROL.rows.flatMap(({ row, adapter }) => ofTrainings.includes(adapter.from) ? [row] : []),
  );
  const anchored = withAnchors([...samples, ...targetSamples(TARGETS, anchors)], anchors);
  const resampled = resampleCells([
    ...anchored.filter(({ row }) => trained.has(row)),
    ...averagedOverNoises(anchored.filter(({ row }) => !trained.has(row))),
  ], {
    key: key("control"),
    rows: [...CONTROL.rows.map(({ row }) => row), TARGETS],
    stratum: ({ kind }) => kind,
  });
  const [seed] = seeds as [number];
  const { steps: trainedSteps } = SCALES[scale].budgets[budget];
  const { steps: committedSteps } = await read<CommittedReport>(COMMITTED_ID, "report.json");
  const steps: Readonly<Record<AdapterSource["from"], number | null>> = {
    table1: trainedSteps,
    ablations: trainedSteps,
    committed: committedSteps,
    start: null,
  };
  const rows = CONTROL.rows.map(({ row }) => row);
  const content: ControlContent = {
    models: CONTROL.rows.map(({ row, adapter }) => ({ row, steps: steps[adapter.from] })),
    entries: [...rows, TARGETS].flatMap((row) => controlEntries(resampled, row)),
    control: [...rows, TARGETS].flatMap((row) => controlHeadlines(resampled, row)),
  };
  const { scenes, portraits } = CONTROL.sizes[budget];
  return {
    content,
    caption:
      `${scenes} scenes and ${portraits} portraits of things, looks and persons that no adapter was trained on. Of a condition all pictures have the ` +
      "same prompt, which names nothing of it, and the same noise; only the instruction differs.",
    hashes: keysOf(outputs),
    claims: judgeAll(CONTROL_STATEMENTS, resampled),
    files: async (result) => ({
      "control.png": await controlSheet({ ...result, content }, {
        samples: samples.filter((sample) => sample.row === COMMITTED && sample.seed === seed),
        anchors,
        pictures: [
          ...await readPictures(context.input(anchorsId(seed))),
          ...await readPictures(context.input(controlId(COMMITTED, seed))),
        ],
      }),
      "samples.jsonl": samples.map((sample) => JSON.stringify(sample) + "\n").join(""),
    }),
  };
};
