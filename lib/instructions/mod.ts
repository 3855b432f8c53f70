/** Instructions for the tasks (Sec. 3.4): a written grammar, the keyword rule, object names, and a language model's client, which also describes pictures. */
export { COLOUR_INSTRUCTIONS } from "./colour_instructions.ts";
export {
  CORPUS,
  formatCorpus,
  instructionCorpus,
  keywordedInstructions,
  keywordedWithTemplates,
  sampleInstruction,
} from "./corpus.ts";
export { FIXED_INSTRUCTIONS } from "./fixed_instructions.ts";
export {
  heldOutInstructions,
  type InstructionSplit,
  instructionsWithTemplates,
  MOST_INSTRUCTIONS,
  type SampledInstruction,
  templates,
  trainingInstructions,
} from "./grammar.ts";
export type { LanguageModel } from "./chat_model.ts";
export { describePicture } from "./describe_picture.ts";

export { type GeneratedInstructions, generateInstructions } from "./language_model.ts";
export { type ReadAnswer, readAnswer } from "./model_answer.ts";
export type { DroppedText } from "./model_talk.ts";
export { articleFor, namedInstruction, type NamedItem, nameObject } from "./object_name.ts";
export { foreignKeywords, KEYWORDS } from "./keyword_rule.ts";
