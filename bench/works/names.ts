/** Names of the works; apart from them, so that reading a command line does not load the engine. */
export const WORK_NAMES = ["train", "pretrain", "sample", "encode", "vae"] as const;
/** One of {@link WORK_NAMES}. */
export type WorkName = typeof WORK_NAMES[number];
