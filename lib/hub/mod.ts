/** Files that survive a kill (atomic writes, folders sealed by a manifest of hashes), and files of published weights. */
export {
  atomicWrite,
  checkWritable,
  makeFolder,
  PARTIAL,
  systemErrorCode,
  writeFailure,
} from "./atomic_write.ts";
export { cacheFolder } from "./cache_folder.ts";
export { type CheckedState, readChecked, writeChecked } from "./checked_file.ts";
export {
  type FolderWriter,
  type Json,
  type Manifest,
  openFolderWriter,
  readSealed,
  type Sealed,
  sha256,
  sweepPartial,
} from "./sealed_folder.ts";
export { type NamedProcess, processEnded, processName, processRuns, thisProcess } from "./process_name.ts";
export { onDemandPackage } from "./on_demand.ts";
export { ownJson } from "./own_json.ts";
export { type LoadPlan, loadWeights, planLoading, weightsInMemory, weightsInPlace } from "./load_weights.ts";
export {
  type NameRow,
  PUBLISHED_NAMES,
  type PublishedModel,
  type Renamed,
  renamed,
} from "./published_names.ts";
export { openWeightFile } from "./open_weight_file.ts";
export type { StoredTensor, WeightFile } from "./weight_file.ts";
export { fileKind } from "./file_kind.ts";
export { decodeText, readText, type TextLine, textLines } from "./text_file.ts";
export { contentHash, findCached, type HubFile, verifyCached } from "./hub_cache.ts";
export { downloadHubFile, type DownloadProgress, type RetryOptions } from "./hub_download.ts";
export {
  type HubCommit,
  isRepository,
  type Uploaded,
  type UploadProgress,
  uploadToHub,
} from "./hub_upload.ts";
export { type HubSettings, hubSettings } from "./hub_settings.ts";
