/**
 * A reproduction of IPAdapter-Instruct: what notebooks and readers use, by name. All that a part offers is under its own path:
 * `/engine`, `/nn`, `/clip`, `/diffusion`, `/adapter`, `/tasks`, `/instructions`, `/training`, `/metrics`, and so on (`exports` in deno.json).
 * Scale and meaning of each number are part of the results; see README.md.
 *
 * A model is a configuration, a tree of named parameters and a pure function; `compile` turns the function into a program:
 *
 * ```ts
 *
 * const config: ResamplerConfig = {
 *   class: "Resampler",
 *   dim: 8,
 *   depth: 1,
 *   dim_head: 4,
 *   heads: 2,
 *   num_queries: 3,
 *   embedding_dim: 6,
 *   output_dim: 5,
 *   ff_mult: 2,
 * };
 * const program = await compile(
 *   (params, _state, { image }) => ({ outputs: { tokens: resampler(params, image!, config) } }),
 *   { frozen: initResampler(key(1), config), inputs: { image: { shape: [1, 10, 6] } } },
 * );
 * const { tokens } = await program.run({ image: host(normal(key(2), 60), [1, 10, 6]) });
 * console.assert(tokens!.shape.join() === "1,3,5");
 * await program.dispose();
 * ```
 */

// Tensors, parameter trees, random keys, files, compiled programs
export {
  combine,
  compile,
  countParameters,
  fold,
  host,
  key,
  normal,
  partition,
  scope,
  type Shapes,
  stream,
  UserError,
  writeSafetensors,
} from "./lib/engine/mod.ts";

// Encoders of text and images
export {
  createSentenceEmbedder,
  loadSentenceEncoder,
  SENTENCE_WIDTH,
  visionTowerShapes,
} from "./lib/clip/mod.ts";

// Noise schedule (Eq. 1), samplers, guidance, U-Net, autoencoder, ControlNet, LoRA
export {
  controlnet,
  initControlnet,
  initUnet,
  noiseSchedule,
  sample,
  SD_SCHEDULE,
  unet,
  type UnetConfig,
  unetShapes,
  vaeShapes,
} from "./lib/diffusion/mod.ts";

// The adapter: projection (Fig. 3), image context (Fig. 2), checkpoints
export {
  adapterParams,
  adapterShapes,
  imageContextShapes,
  initInstructResampler,
  initResampler,
  instructAdditionShapes,
  instructFromPlus,
  instructResampler,
  type InstructResamplerConfig,
  instructResamplerShapes,
  loadAdapterFile,
  resampler,
  type ResamplerConfig,
  resamplerShapes,
} from "./lib/adapter/mod.ts";

// Published weights: files of any layout, the hub's shared cache
export { openWeightFile } from "./lib/hub/mod.ts";

// Instructions (Sec. 3.4)
export {
  COLOUR_INSTRUCTIONS,
  FIXED_INSTRUCTIONS,
  foreignKeywords,
  heldOutInstructions,
  instructionCorpus,
  KEYWORDS,
  namedInstruction,
  type NamedItem,
  nameObject,
} from "./lib/instructions/mod.ts";

// The tasks (Sec. 3.4)
export {
  BACKGROUNDS,
  composePair,
  composePretrain,
  edgeF1,
  edgePicture,
  fromModelImage,
  loadBank,
  SIZE,
  SPLITS,
  TASK_LOOKS,
  TASKS,
  toModelImage,
} from "./lib/tasks/mod.ts";

// Training (Sec. 3.5)
export {
  compileTrainStep,
  learningRate,
  type LearningRateSchedule,
  meanSquaredError,
  noisyBatch,
  noisyBatchSpecs,
  train,
} from "./lib/training/mod.ts";

// Scores (Sec. 4.1) and intervals
export { bootstrapInterval, clipI, clipS, clipScore } from "./lib/metrics/mod.ts";

// Layouts of embeddings (Fig. 4)
export { neighbourPurity, placeOn, project } from "./lib/projection/mod.ts";

// Figures, tables and pictures: data in, picture out; at the end of a notebook cell they show themselves
export { figure, showImages, showPng, showText, table } from "./lib/plots/mod.ts";

// Files of pictures
export { fitPicture, readPicture } from "./lib/raster/mod.ts";

// Long jobs in a notebook
export { liveFigure, runJob } from "./lib/notebook/mod.ts";

// Sizes at the two scales, and the committed mini weights
export { MINI_INSTRUCT, MINI_RESAMPLER, MINI_UNET, miniControlnet } from "./experiments/mini/models.ts";
export {
  SD15_INSTRUCT,
  SD15_INSTRUCT_RELEASED,
  SD15_RESAMPLER,
  SD15_UNET,
  SD15_VAE,
  VIT_H_VISION,
} from "./experiments/setting/sd15_sizes.ts";
export { PARTS } from "./experiments/parts/mod.ts";
export { checkpointPath, readCheckpoint } from "./experiments/mini/checkpoints.ts";
export { generate, readRecord } from "./experiments/mini/picture_scale.ts";
export { readRecordOf } from "./experiments/pictures/record.ts";
export { generatePaper } from "./experiments/paper/picture_scale.ts";
export { PAPER_RECORDS } from "./experiments/paper/paper_record.ts";
export { expectedPaperSeconds, PAPER_RATES } from "./experiments/setting/paper_rates.ts";
export { writeTinyModels } from "./experiments/paper/tiny_models.ts";
export { writeTinySources } from "./experiments/data/tiny_sources.ts";
export { PAPER_FILES } from "./experiments/paper/paper_files.ts";
export { layoutText, PAPER_DATASETS } from "./experiments/paper/paper_datasets.ts";
export { SCALES } from "./experiments/setting/scales.ts";
export { generationSheet } from "./experiments/generate/sheet.ts";
export { JOINT_ADAPTER } from "./experiments/mini/adapter_file.ts";

// The explorer: a page on loopback, or in a notebook's cell
export { explore } from "./experiments/explore/explore.ts";

// The paper's numbers, ours beside them, verdicts (Sec. 4.2, 4.3)
export { claimsTable, readTable1, table1Figure, table1Table } from "./lib/report/mod.ts";
export { showFigure } from "./experiments/figures/show_figure.ts";
export { storedRun } from "./experiments/report/stored_run.ts";
