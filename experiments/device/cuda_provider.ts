/** onnxruntime's CUDA provider out of its wheel: taken out into the cache once, linked beside the library that opens it. */
import { randomUUID } from "node:crypto";
import { lstatSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { UserError } from "../../lib/engine/errors.ts";
import { PROVIDER_LIBRARIES } from "../../lib/engine/cuda_libraries.ts";
import { makeFolder, openFolderWriter, readSealed, sweepPartial, writeFailure } from "../../lib/hub/mod.ts";
import { openWheel } from "../../lib/hub/wheel.ts";
import { holderHere, ownerEnded, ownerName } from "../runner/holder.ts";
import { downloadWheel, type PublishedWheel } from "./download_wheel.ts";

/** The wheel of the onnxruntime that deno.json names; its provider is built for CUDA 13. */
export const PROVIDER_WHEEL: PublishedWheel = {
  name: "onnxruntime-gpu",
  version: "1.30.0",
  sha256: "4fbf0c5d7b5fb99266c2e8a802e3e64af68bdc383e0f3c7349b985f1087eedaa",
};

/** Where the libraries lie within it. */
const MEMBERS = "onnxruntime/capi";

/** This process in names of unfinished folders, so that those of killed ones can be told. */
const OWNER = ownerName(holderHere(randomUUID().slice(0, 8), false));

/** Where a provider comes from. */
export interface ProviderSource {
  /** What is expected, and downloaded where `file` is absent. */
  readonly wheel: PublishedWheel;
  /** A wheel on disk that is taken instead. */
  readonly file?: string;
  /** Folder of caches. */
  readonly cache: string;
  /** Environment of pip; this process's own if absent. */
  readonly env?: Record<string, string | undefined>;
}

/** Takes the provider's libraries out of a wheel into a sealed folder. */
async function takeOut(path: string, folder: string, expected: PublishedWheel): Promise<void> {
  const wheel = await openWheel(path);
  try {
    if (wheel.name.replaceAll("_", "-") !== expected.name || wheel.version !== expected.version) {
      throw new UserError(
        `Reading ${path} failed: expected ${expected.name} ${expected.version}, the version of onnxruntime-node here, got ${wheel.name} ${wheel.version}`,
      );
    }
    if (!wheel.tags.some((tag) => /linux.*_x86_64$/.test(tag))) {
      throw new UserError(
        `Reading ${path} failed: expected a wheel for Linux on x86-64, got ${wheel.tags[0]}`,
      );
    }
    const writer = await openFolderWriter(folder, { owner: OWNER });
    try {
      for (const name of PROVIDER_LIBRARIES) writer.write(name, wheel.read(`${MEMBERS}/${name}`));
      await writer.seal({ wheel: `${wheel.name} ${wheel.version}` });
    } catch (error) {
      await writer.discard();
      throw error;
    }
  } finally {
    wheel.close();
  }
}

/**
 * The folder in the cache that holds the provider's libraries; they are taken from a wheel unless they are there and sound. A file given is
 * read in any case.
 *
 * @throws UserError when the wheel cannot be had, is of another package or version, lacks a library, or is broken.
 */
export async function providerFolder({ wheel, file, cache, env }: ProviderSource): Promise<string> {
  const folder = join(cache, "cuda", `${wheel.name}-${wheel.version}`);
  if (file !== undefined) {
    await takeOut(file, folder, wheel);
    return folder;
  }
  if ((await readSealed(folder)).state === "sound") return folder;
  await sweepPartial(folder, ownerEnded);
  const place = `${folder}.${OWNER}.wheel.partial`;
  await makeFolder(place);
  try {
    const path = await downloadWheel(wheel, place, env === undefined ? {} : { env });
    await takeOut(path, folder, wheel);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
  return folder;
}

/**
 * Puts a link into a folder; one that is there is replaced.
 *
 * @throws UserError when a file of that name is there that is no link, or the folder cannot be written.
 */
export function linkInto(folder: string, name: string, target: string): void {
  const path = join(folder, name), temporary = `${path}.partial`;
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there !== undefined && !there.isSymbolicLink()) {
    throw new UserError(
      `Linking ${path} failed: expected no file of that name, got one that another installer left; remove it first`,
    );
  }
  try {
    rmSync(temporary, { force: true });
    symlinkSync(resolve(target), temporary);
    renameSync(temporary, path);
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** Links the provider's libraries of `from` into onnxruntime's folder. */
export function linkProvider(from: string, onnxruntime: string): void {
  for (const name of PROVIDER_LIBRARIES) linkInto(onnxruntime, name, join(from, name));
}
