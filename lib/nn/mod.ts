/** Layers as pure functions of scoped parameters, their shapes, and their initial values. */
export {
  type AttentionContext,
  attentionShapes,
  mergeHeads,
  multiHeadAttention,
  splitHeads,
} from "./attention.ts";
export { gatedFeedForward, gatedFeedForwardShapes } from "./feed_forward.ts";
export { initialize } from "./initialize.ts";
export {
  convolution,
  convolutionShapes,
  groupNorm,
  layerNorm,
  linear,
  linearShapes,
  normShapes,
} from "./layers.ts";
export { repeatRows } from "./repeat_rows.ts";
export { shapeTree } from "./shape_tree.ts";
