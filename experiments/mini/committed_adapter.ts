/** Stage: the committed joint adapter, put where a training puts its own, and how long it was trained. */
import { UserError } from "../../lib/engine/mod.ts";
import type { InstructResamplerConfig } from "../../lib/adapter/mod.ts";
import type { StageContext } from "../runner/mod.ts";
import type { CommittedReport } from "../setting/model_requests.ts";
import { readCheckpoint, trainingsOf } from "./checkpoints.ts";
import { MINI_INSTRUCT } from "./models.ts";
import { TRAINED_ADAPTER, trainedAdapterBytes } from "../adapters/trained_adapter.ts";

/** What the header of a part says of one of its trainings. */
interface PartTraining {
  readonly steps: number;
  readonly batch: number;
}

/** Steps of all trainings that a part's header names, and the last one's batch. */
export function committedSteps(config: Readonly<Record<string, unknown>>): CommittedReport {
  const all = trainingsOf<PartTraining>(config);
  return { steps: all.reduce((sum, { steps }) => sum + steps, 0), batch: (all.at(-1) as PartTraining).batch };
}

/**
 * Reads the committed joint adapter and writes it as a training would.
 *
 * @throws UserError when it is missing, damaged, or of other sizes than the joint models that are trained here.
 */
export async function committedAdapter(context: Pick<StageContext, "write">): Promise<CommittedReport> {
  const { config, tensors } = await readCheckpoint("ip-adapter-instruct");
  const projection = config["projection"] as InstructResamplerConfig;
  const [expected, got] = [JSON.stringify(MINI_INSTRUCT), JSON.stringify(projection)];
  if (got !== expected) {
    throw new UserError(
      `Reading the committed joint adapter failed: expected the projection ${expected}, got ${got}`,
    );
  }
  context.write(TRAINED_ADAPTER, trainedAdapterBytes(tensors, { projection, replacesText: false }));
  return committedSteps(config);
}
