/** Fig. 4's texts by the paper's encoder of instructions: the text tower whose space the conditions share. */
import { placesOf } from "../../paper/locate_file.ts";
import type { PaperFolders } from "../../paper/paper_inputs.ts";
import { loadInstructionEncoder } from "../../paper/paper_models.ts";
import { openInstructionEncoder } from "../../paper/picture_encoders.ts";
import { makeOn } from "../../paper/stage_models.ts";
import type { StageContext } from "../../runner/mod.ts";
import { type EmbedRequest, writeEmbedded } from "./embed_instructions.ts";

/** Embeds them, one at a time. */
export async function embedPaperInstructions(
  request: EmbedRequest,
  context: StageContext,
  folders: PaperFolders,
): Promise<void> {
  const encoder = await openInstructionEncoder(await loadInstructionEncoder(placesOf(folders.models)), {
    make: makeOn(request.device),
  });
  await writeEmbedded(request, context, async (texts) => {
    const rows: Float32Array[] = [];
    for (const text of texts) rows.push(await encoder.encode(text));
    return Float32Array.from(rows.flatMap((row) => [...row]));
  });
  await encoder.dispose();
}
