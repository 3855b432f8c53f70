/** Texts in the joint space, as the frozen sentence encoder places them. */
import { createSentenceEmbedder, loadSentenceEncoder, SENTENCE_WIDTH } from "../../lib/clip/mod.ts";

/** Unit vectors of texts in the joint space, one [512] each. */
export async function textVectors(texts: readonly string[]): Promise<Float32Array[]> {
  const embedder = createSentenceEmbedder(await loadSentenceEncoder());
  const rows = await embedder.embed(texts);
  await embedder.dispose();
  return texts.map((_, i) => rows.slice(i * SENTENCE_WIDTH, (i + 1) * SENTENCE_WIDTH));
}
