/**
 * Committed models that all generations of a process use. Unlike the models that stages share, a failed load is tried again: who generates
 * from a notebook mends the file and asks once more.
 */
import type { Device } from "../experiment.ts";
import { loadBase, loadVae, loadVision } from "../mini/frozen.ts";
import { imageEncoder, latentDecoder } from "../mini/programs.ts";
import { onDevice } from "../mini/shared_models.ts";
import { once, onceEach } from "../once.ts";

export const keptBase = once(() => loadBase());
export const keptEncoder = once(() => loadVision("encoder"));
export const keptImageEncoder = onceEach(async (device: Device) =>
  await imageEncoder(await keptEncoder(), onDevice(device))
);
export const keptLatentDecoder = onceEach(async (device: Device) =>
  await latentDecoder(await loadVae(), onDevice(device))
);
