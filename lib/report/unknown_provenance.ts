import type { Provenance } from "./provenance.ts";

/** Tells nothing: for results that tests make up. */
export const UNKNOWN_PROVENANCE: Provenance = {
  commit: null,
  dirty: null,
  device: "cpu",
  threads: 2,
  versions: {},
  datasetHash: "0",
  dataFiles: {},
  wallTimePerStage: {},
  stageKeys: {},
};
