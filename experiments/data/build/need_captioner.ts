/** Sources that rarely have captions: prompts must come from somewhere. */
import { UserError } from "../../../lib/engine/mod.ts";
import type { SourceListing } from "../sources/index_pictures.ts";
import type { Captioner } from "./captioner.ts";

/** @throws UserError when no picture has a caption and nothing gives any. */
export function needCaptioner(captioner: Captioner, { captioned, pictures }: SourceListing): void {
  if (captioner.identity !== null || captioned > 0) return;
  throw new UserError(
    `--captions FILE or --llm URL --model NAME must give the prompts: none of ${pictures} pictures has a caption`,
  );
}
