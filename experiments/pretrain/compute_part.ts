/** Trains a part as a stage: the stage's checkpoints hold the training's working state. */
import { sharedBank } from "../mini/shared_models.ts";
import { partOf } from "../parts/mod.ts";
import type { StageContext } from "../runner/mod.ts";
import type { Device } from "../setting/experiment.ts";
import { type Start, trainedPart } from "./train_part.ts";
import { decodeWorkingState, encodeWorkingState } from "./working_state.ts";

const STATE = "state.safetensors";

/** Name of a part's file in the output. */
export const partFile = (part: string): string => `${part}.safetensors`;

/** Trains the part named; writes its checkpoint. */
export async function computePart(
  { part: name, start, device }: { readonly part: string; readonly start: Start; readonly device: Device },
  context: StageContext,
): Promise<void> {
  const { cacheFolder, notice, signal } = context;
  const bank = await sharedBank({ cacheFolder, notice });
  const checkpoint = await context.loadLatestCheckpoint();
  const bytes = checkpoint?.files[STATE];
  const trained = await trainedPart(partOf(name), bank, {
    start,
    saved: bytes && decodeWorkingState(bytes, `the working state of ${name}`),
    save: (state) => context.saveCheckpoint(state.step, { [STATE]: encodeWorkingState(state) }),
    onStep: (step, steps, watched) => context.progress(step, steps, "steps", watched),
    compile: { device },
    notify: notice,
    signal,
  });
  context.write(partFile(name), trained.bytes);
}
