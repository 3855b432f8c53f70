/** Which settings an adapter of the paper's scale takes. */
import type { PublishedProjection } from "../../lib/adapter/mod.ts";
import { UserError } from "../../lib/engine/mod.ts";
import type { ChainScales } from "../../lib/pipeline/mod.ts";

/** An instruction is needed exactly where the adapter reads one. @throws UserError otherwise. */
export function checkInstruction(config: PublishedProjection, instruction: string | undefined): void {
  const reads = config.class === "ResamplerInstruct" || config.class === "ResamplerInstructBigger";
  if (reads && instruction === undefined) {
    throw new UserError("This adapter needs an instruction, got none: --instruct");
  }
  if (!reads && instruction !== undefined) {
    throw new UserError(
      "This adapter takes no instruction (it is no IPAdapter-Instruct); leave --instruct out",
    );
  }
}

/** The four predictions are of the released design, which reads a prompt, too. @throws UserError for another adapter. */
export function checkChain(config: PublishedProjection, { instructGuidance }: ChainScales): void {
  if (instructGuidance === undefined || config.class === "ResamplerInstructBigger") return;
  throw new UserError(
    "--instruct-guidance needs IPAdapter-Instruct as released, got another adapter; leave it out",
  );
}
