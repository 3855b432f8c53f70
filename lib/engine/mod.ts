/** The engine: tensors, parameter trees, random keys, files, and functions compiled into ONNX graphs. */
export * as tf from "./tfjs.ts";
export type { Tensor } from "./tfjs.ts";
export { brokenTensor, checkFinite, NotFiniteError } from "./finite.ts";
export { UserError } from "./errors.ts";
export {
  FILE_KINDS,
  type FileArray,
  inMemory,
  isFileArray,
  readWeight,
  type Weight,
  type Weights,
} from "./file_array.ts";
export { type DType, filled, host, type HostArray, sizeOf, toHost, toTensor } from "./host_array.ts";
export {
  checkShapes,
  combine,
  countParameters,
  type HostParams,
  leaf,
  loadStrict,
  type Params,
  partition,
  prefixed,
  scope,
  type Shapes,
} from "./parameters.ts";
export { fold, type Key, key, normal, type Stream, stream, uniform } from "./random.ts";
export { isJsonObject } from "./json_object.ts";
export { type ByteSource, type FileSource, openFileSource } from "./byte_source.ts";
export {
  emptyWidened,
  isStoredKind,
  readStored,
  STORED_WIDTH,
  type StoredKind,
  widenedType,
} from "./stored_array.ts";
export { readSafetensorsIndex, type SafetensorsEntry, type SafetensorsIndex } from "./safetensors_index.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export {
  attention,
  conv2d,
  embedding,
  gelu,
  groupNorm,
  layerNorm,
  linear,
  type Padding,
  quickGelu,
  silu,
  upsampleConv2d,
  upsampleNearest,
} from "./ops.ts";
export type {
  Feed,
  InputSpec,
  OutputSpec,
  Program,
  ProgramFunction,
  ProgramParts,
  RunOptions,
} from "./program.ts";
export { compile, type CompileOptions, compilePair, type Device, type Precision } from "./compile.ts";
export { checkDevice } from "./check_device.ts";
export { compileSharded, divides, shardCount, shardOf, shardSpec } from "./sharded.ts";
export { eager, type EagerBackend } from "./eager.ts";
export { valueAndGradients } from "./gradients.ts";
export { PASSES, type PassName } from "./passes/mod.ts";
