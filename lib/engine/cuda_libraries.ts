/**
 * What onnxruntime's CUDA provider needs on this machine. onnxruntime opens the provider by its path, beside libonnxruntime.so.1, and the
 * provider CUDA's libraries by their names alone: a library of that name that is open already is the one it gets.
 */
import { existsSync, lstatSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import * as ort from "onnxruntime-node";
import { type CudaDevice, cudaDevice, cudaError } from "./cuda_driver.ts";

/** Version of the onnxruntime that opens graphs; a provider of any other does not fit it. */
export const ONNXRUNTIME_VERSION: string = ort.env.versions.node ?? ort.env.versions.common;

/** The provider: what stands between it and onnxruntime, and itself. */
export const PROVIDER_LIBRARIES = [
  "libonnxruntime_providers_shared.so",
  "libonnxruntime_providers_cuda.so",
] as const;

/** A library of CUDA by the name that it is opened by. */
export interface CudaLibrary {
  readonly name: string;
  /** What it belongs to, for people. */
  readonly of: string;
  /** The package of PyPI that holds it. */
  readonly wheel: string;
}

/** In the order in which they need each other. cuFFT, which the provider opens for Fourier transforms alone, is in no graph of ours. */
export const CUDA_LIBRARIES: readonly CudaLibrary[] = [
  { name: "libcudart.so.13", of: "CUDA 13", wheel: "nvidia-cuda-runtime" },
  { name: "libcublasLt.so.13", of: "CUDA 13", wheel: "nvidia-cublas" },
  { name: "libcublas.so.13", of: "CUDA 13", wheel: "nvidia-cublas" },
  { name: "libcurand.so.10", of: "CUDA 13", wheel: "nvidia-curand" },
  { name: "libnvrtc.so.13", of: "CUDA 13", wheel: "nvidia-cuda-nvrtc" },
  { name: "libcudnn.so.9", of: "cuDNN 9", wheel: "nvidia-cudnn-cu13" },
];

/** The command that makes the device available. */
const COMMAND = "deno task device cuda";

/**
 * The folder of the onnxruntime that this process has loaded.
 *
 * @throws UserError on other systems than Linux on x86-64: only there is a provider published for its version.
 */
export function onnxruntimeFolder(): string {
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw cudaError("Linux on x86-64", `${process.platform} on ${process.arch}`);
  }
  const path = /\s(\/.*\/libonnxruntime\.so\.[\d.]+)$/m.exec(readFileSync("/proc/self/maps", "utf8"))?.[1];
  if (path === undefined) {
    throw new Error("Looking for onnxruntime's folder failed: it is loaded from nowhere");
  }
  return dirname(path);
}

/** What stands at a path, for a sentence. */
function foundAt(path: string): string {
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  return link ? `a link to ${readlinkSync(path)}, where nothing is` : "none";
}

/** Whether a library opens, by path or where the system's loader looks. It stays open. */
export function opens(library: string): boolean {
  try {
    Deno.dlopen(library, {});
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false;
  }
}

/**
 * Opens CUDA's libraries, so that the provider gets them, and asks the driver for its device. Libraries that are linked beside onnxruntime's
 * come first, then those where the system's loader looks.
 *
 * @param folder of libonnxruntime.so.1; that of this process if absent
 * @throws UserError that names what is missing first, and the command that helps.
 */
export function openCuda(folder: string = onnxruntimeFolder()): CudaDevice {
  for (const name of PROVIDER_LIBRARIES) {
    const path = join(folder, name);
    if (!existsSync(path)) {
      throw cudaError(
        `onnxruntime's CUDA provider at ${path}`,
        `${foundAt(path)}; ${COMMAND} puts it there, also after node_modules was built anew`,
      );
    }
  }
  for (const { name, of, wheel } of CUDA_LIBRARIES) {
    const link = join(folder, name);
    // A library finds those beside it by the path that it was opened by.
    if (existsSync(link) ? opens(realpathSync(link)) : opens(name)) continue;
    throw cudaError(
      `${name} of ${of} at ${link} or where the system's loader looks`,
      `${
        existsSync(link) ? "one that does not open" : foundAt(link)
      }; ${COMMAND} --dir DIR links it from DIR (PyPI's ${wheel} holds it)`,
    );
  }
  return cudaDevice();
}
