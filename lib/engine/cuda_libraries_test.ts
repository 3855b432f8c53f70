import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { CUDA_LIBRARIES, onnxruntimeFolder, openCuda, PROVIDER_LIBRARIES } from "./cuda_libraries.ts";
import { UserError } from "./errors.ts";

const LINUX = process.platform === "linux" && process.arch === "x64";

/** Calls back with an empty folder. */
async function inFolder(body: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cuda-"));
  try {
    await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const provide = (folder: string) =>
  PROVIDER_LIBRARIES.forEach((name) => writeFileSync(join(folder, name), ""));

const refuses = (folder: string, expected: RegExp) =>
  assert.throws(
    () => openCuda(folder),
    (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /^Opening device "cuda" failed: expected .+, got .+\. Use --device cpu$/);
      assert.match(error.message, expected);
      return true;
    },
  );

Deno.test({
  name: "onnxruntimeFolder() is where libonnxruntime.so.1 and its binding lie",
  ignore: !LINUX,
  fn: () =>
    ["libonnxruntime.so.1", "onnxruntime_binding.node"].forEach((name) =>
      assert.ok(existsSync(join(onnxruntimeFolder(), name)))
    ),
});

Deno.test("openCuda() names the provider that is missing, its lost link, and the command that puts it there", () =>
  inFolder((folder) => {
    const [shared, cuda] = PROVIDER_LIBRARIES.map((name) => join(folder, name)) as [string, string];
    refuses(folder, new RegExp(`provider at ${shared}, got none; deno task device cuda puts it there`));
    writeFileSync(shared, "");
    refuses(folder, new RegExp(`provider at ${cuda}, got none; deno task device cuda puts it there`));
    symlinkSync("/nowhere/provider.so", cuda);
    refuses(folder, /got a link to \/nowhere\/provider\.so, where nothing is; deno task device cuda/);
  }));

Deno.test("openCuda() names the library beside onnxruntime's that does not open", () =>
  inFolder((folder) => {
    provide(folder);
    writeFileSync(join(folder, "libcudart.so.13"), "no library");
    refuses(
      folder,
      /libcudart\.so\.13 of CUDA 13 .+ got one that does not open; deno task device cuda --dir DIR/,
    );
  }));

/** A driver that answers as the macros say. */
const DRIVER = `
int cuInit(unsigned flags) { return INIT; }
int cuDriverGetVersion(int *version) { *version = VERSION; return 0; }
int cuDeviceGetCount(int *count) { *count = COUNT; return 0; }
int cuDeviceGetName(char *name, int length, int device) { name[0] = 'A'; name[1] = '1'; name[2] = 0; return 0; }
int cuDeviceTotalMem_v2(unsigned long *bytes, int device) { *bytes = 1ul << 34; return 0; }
`;

Deno.test({
  name: "openCuda() gives the driver's first device, or says what is wrong with the driver",
  ignore: !LINUX || spawnSync("cc", ["--version"]).status !== 0,
  fn: () =>
    inFolder((folder) => {
      provide(folder);
      const build = (path: string, source: string, macros: Record<string, number> = {}) =>
        execFileSync("cc", [
          ...Object.entries(macros).map(([name, value]) => `-D${name}=${value}`),
          ...["-shared", "-fPIC", "-x", "c", "-", "-o", path],
        ], { input: source });
      // A library of each name, but one that only the loader finds.
      const loader = join(folder, "loader");
      mkdirSync(loader);
      for (const { name } of CUDA_LIBRARIES) {
        build(join(name === "libcublas.so.13" ? loader : folder, name), "int used;");
      }
      const opened = (driver?: Record<string, number>, dropped?: string): string => {
        const place = join(folder, `driver-${Object.values(driver ?? {}).join("-")}`);
        mkdirSync(place, { recursive: true });
        if (driver !== undefined) build(join(place, "libcuda.so.1"), DRIVER, driver);
        // In a process of its own: what is open stays open.
        const script = `import { openCuda } from ${
          JSON.stringify(import.meta.resolve("./cuda_libraries.ts"))
        };
          try { console.log(JSON.stringify(openCuda(${
          JSON.stringify(folder)
        }))); } catch (e) { console.log(e.message); }`;
        writeFileSync(join(folder, "open.ts"), script);
        if (dropped !== undefined) rmSync(join(loader, dropped));
        return execFileSync(process.execPath, [
          "run",
          "-A",
          "--config",
          new URL("../../deno.json", import.meta.url).pathname,
          join(folder, "open.ts"),
        ], {
          encoding: "utf8",
          env: { ...process.env, NO_COLOR: "1", LD_LIBRARY_PATH: `${loader}:${place}` },
          stdio: ["ignore", "pipe", "pipe"],
        }).trim();
      };
      assert.deepEqual(JSON.parse(opened({ INIT: 0, VERSION: 13010, COUNT: 1 })), {
        name: "A1",
        memory: 2 ** 34,
        cuda: "13.1",
      });
      assert.match(
        opened({ INIT: 0, VERSION: 12040, COUNT: 1 }),
        /expected an NVIDIA driver for CUDA 13\.0 or newer, got one for CUDA 12\.4\. Use --device cpu$/,
      );
      assert.match(
        opened({ INIT: 100, VERSION: 13000, COUNT: 0 }),
        /an NVIDIA device, got a driver that shows none/,
      );
      assert.match(
        opened({ INIT: 0, VERSION: 13000, COUNT: 0 }),
        /an NVIDIA device, got a driver that shows none/,
      );
      assert.match(opened({ INIT: 3, VERSION: 13000, COUNT: 0 }), /got error 3 of the driver's cuInit\(\)/);
      if (!existsSync("/proc/driver/nvidia")) {
        assert.match(
          opened(),
          /expected NVIDIA's driver \(libcuda\.so\.1\), got none where .+ no NVIDIA GPU, or/,
        );
        assert.match(
          opened(undefined, "libcublas.so.13"),
          /expected libcublas\.so\.13 of CUDA 13 .+ got none; .+ --dir DIR links it from DIR \(PyPI's nvidia-cublas/,
        );
      }
    }),
});
