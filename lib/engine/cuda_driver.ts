/** The device that NVIDIA's driver shows, asked through its own library. */
import { UserError } from "./errors.ts";

/** The driver's library; it comes with the driver, never with CUDA's toolkit. */
const DRIVER = "libcuda.so.1";
/** CUDA's version that onnxruntime's provider is built for, as the driver counts it: 1000 x major + 10 x minor. */
const CUDA_VERSION = 13_000;

/** What the driver says of the first device that it shows. */
export interface CudaDevice {
  /** Such as "NVIDIA H200". */
  readonly name: string;
  /** Bytes of its memory. */
  readonly memory: number;
  /** Newest CUDA that the driver can serve, such as "13.0". */
  readonly cuda: string;
}

/** How all sentences on this device begin and end. */
export function cudaError(expected: string, got: string): UserError {
  return new UserError(`Opening device "cuda" failed: expected ${expected}, got ${got}. Use --device cpu`);
}

/** 13000 as 13.0. */
const spelled = (version: number): string => `${Math.floor(version / 1000)}.${(version % 1000) / 10}`;

/**
 * Asks the driver for its first device; CUDA_VISIBLE_DEVICES says which ones it shows.
 *
 * @throws UserError when there is no driver, it is older than CUDA 13, or it shows no device.
 */
export function cudaDevice(): CudaDevice {
  const symbols = openDriver();
  const word = new Int32Array(1);
  const asked = (what: string, code: number): void => {
    if (code !== 0) {
      throw cudaError("an NVIDIA device that answers", `error ${code} of the driver's ${what}()`);
    }
  };
  asked("cuDriverGetVersion", symbols.cuDriverGetVersion(word));
  const version = word[0] as number;
  if (version < CUDA_VERSION) {
    throw cudaError(
      `an NVIDIA driver for CUDA ${spelled(CUDA_VERSION)} or newer`,
      `one for CUDA ${spelled(version)}`,
    );
  }
  const started = symbols.cuInit(0);
  // CUDA_ERROR_NO_DEVICE
  if (started !== 100) asked("cuInit", started);
  if (started === 0) asked("cuDeviceGetCount", symbols.cuDeviceGetCount(word));
  if (started === 100 || word[0] === 0) {
    throw cudaError("an NVIDIA device", "a driver that shows none (CUDA_VISIBLE_DEVICES hides devices)");
  }
  const name = new Uint8Array(256), memory = new BigUint64Array(1);
  asked("cuDeviceGetName", symbols.cuDeviceGetName(name, name.length, 0));
  asked("cuDeviceTotalMem", symbols.cuDeviceTotalMem_v2(memory, 0));
  return {
    name: new TextDecoder().decode(name.subarray(0, name.indexOf(0))),
    memory: Number(memory[0]),
    cuda: spelled(version),
  };
}

function openDriver() {
  try {
    // It stays open: the provider uses it, too.
    return Deno.dlopen(DRIVER, {
      cuInit: { parameters: ["u32"], result: "i32" },
      cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
      cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
      cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
      cuDeviceTotalMem_v2: { parameters: ["buffer", "i32"], result: "i32" },
    }).symbols;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw cudaError(
      `NVIDIA's driver (${DRIVER})`,
      `none where the system's loader looks: this machine has no NVIDIA GPU, or its driver is not installed`,
    );
  }
}
