/** Opens files of weights: safetensors, or what torch saved. */
import { openFileSource, readSafetensorsIndex, readStored, UserError, widenedType } from "../engine/mod.ts";
import { fileArray } from "./file_place.ts";
import { openTorchFile } from "./torch_file.ts";
import type { WeightFile } from "./weight_file.ts";

/** First bytes of a zip file. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/**
 * Opens a `.safetensors` file or a `.bin`/`.pt` file of torch. The content decides, not the name.
 *
 * @param options.what what to call it in errors; the path if absent.
 * @throws UserError when the file is neither, or is truncated or damaged, or its pickle holds anything but tensors.
 */
export async function openWeightFile(path: string, options: { what?: string } = {}): Promise<WeightFile> {
  const { what = path } = options;
  const source = openFileSource(path);
  try {
    const start = new Uint8Array(Math.min(8, source.size));
    source.read(0, start);
    if (ZIP.every((byte, i) => start[i] === byte)) return await openTorchFile(path, source, { what });
    if (start[0] === 0x80 && (start[1] as number) <= 5 && start[3] !== 0) {
      throw new UserError(
        `Reading ${what} failed: expected safetensors or a zip file of torch, got a bare pickle as torch wrote before 1.6; ` +
          "load and save it again with a newer torch, or convert it to safetensors",
      );
    }
    const { entries, metadata } = readSafetensorsIndex(source, { what });
    return {
      what,
      tensors: entries,
      metadata,
      read(name) {
        const entry = entries[name];
        if (!entry) throw new RangeError(`Reading "${name}" of ${what}: no such tensor`);
        const data = readStored(source, entry.kind, entry, { what: `tensor "${name}" of ${what}` });
        return { dtype: widenedType(entry.kind), shape: entry.shape, data };
      },
      inPlace(name) {
        const entry = entries[name];
        return entry && fileArray(path, entry);
      },
      close: source.close,
    };
  } catch (error) {
    source.close();
    throw error;
  }
}
