/** Files that survive a kill: atomic writes, and folders sealed by a manifest of hashes. */
export {
  atomicWrite,
  makeFolder,
  PARTIAL,
  syncFolder,
  systemErrorCode,
  writeFailure,
  writeSynced,
} from "./atomic_write.ts";
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
