/** What an explorer shows, served or exported. */

/** Its adapter, the scores beside a picture's, its map. */
export interface ExplorerContent {
  /** File of the adapter that samples; absent: the committed joint one. */
  readonly checkpoint?: string;
  /** Folder of results whose mean scores are shown beside a picture's; absent: none. */
  readonly results?: string;
  /** Instructions per task on the map, 1000 for training and 250 held out by default. */
  readonly sizes?: { readonly train?: number; readonly heldOut?: number };
  /** Called with what is being prepared, and how much of it is done, at the first start. */
  readonly onProgress?: (stage: string, share: number) => void;
}
