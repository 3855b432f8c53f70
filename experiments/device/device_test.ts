import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  CUDA_LIBRARIES,
  ONNXRUNTIME_VERSION,
  openCuda,
  PROVIDER_LIBRARIES,
} from "../../lib/engine/cuda_libraries.ts";
import { UserError } from "../../lib/engine/errors.ts";
import { wheelFile } from "../../lib/hub/testdata/wheel_file.ts";
import { linkInto, linkProvider, PROVIDER_WHEEL, providerFolder } from "./cuda_provider.ts";
import { linkToolkit, usualFolders } from "./cuda_toolkit.ts";

const [SHARED, CUDA] = PROVIDER_LIBRARIES;
const MEMBERS = {
  [`onnxruntime/capi/${SHARED}`]: "shared",
  [`onnxruntime/capi/${CUDA}`]: "cuda ".repeat(500),
};
const FILE = "onnxruntime_gpu-1.30.0-cp311-cp311-manylinux_2_28_x86_64.whl";

/** Folders and files of a machine of its own. */
interface Machine {
  readonly folder: string;
  /** Stands for the folder of libonnxruntime.so.1. */
  readonly onnxruntime: string;
  readonly cache: string;
  /** A wheel on its disk. */
  readonly file: string;
}

async function onMachine(body: (machine: Machine) => Promise<void> | void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "device-"));
  const onnxruntime = join(folder, "onnxruntime");
  mkdirSync(onnxruntime);
  try {
    await body({ folder, onnxruntime, cache: join(folder, "cache"), file: join(folder, FILE) });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const isUserError = (expected: RegExp) => (error: unknown) => {
  assert.ok(error instanceof UserError, String(error));
  assert.match(error.message, expected);
  return true;
};

/** A pip that reaches nothing: no index, no file. */
const NO_INDEX = { ...process.env, PIP_NO_INDEX: "1", PIP_FIND_LINKS: "", PIP_CONFIG_FILE: "/dev/null" };

Deno.test("the wheel is that of the onnxruntime that is installed", () =>
  assert.equal(PROVIDER_WHEEL.version, ONNXRUNTIME_VERSION));

Deno.test("the provider is taken from a wheel once, linked, and linked again when node_modules was built anew", () =>
  onMachine(async ({ onnxruntime, cache, file }) => {
    writeFileSync(file, wheelFile(MEMBERS));
    const folder = await providerFolder({ wheel: PROVIDER_WHEEL, file, cache });
    linkProvider(folder, onnxruntime);
    for (const name of PROVIDER_LIBRARIES) {
      assert.equal(readFileSync(join(onnxruntime, name), "utf8"), MEMBERS[`onnxruntime/capi/${name}`]);
    }
    rmSync(onnxruntime, { recursive: true });
    mkdirSync(onnxruntime);
    assert.throws(() => openCuda(onnxruntime), isUserError(/got none; deno task device cuda puts it there/));
    rmSync(file);
    linkProvider(await providerFolder({ wheel: PROVIDER_WHEEL, cache, env: NO_INDEX }), onnxruntime);
    assert.equal(readFileSync(join(onnxruntime, SHARED), "utf8"), "shared");
    // The links stand where the cache was moved away.
    rmSync(cache, { recursive: true });
    assert.throws(
      () => openCuda(onnxruntime),
      isUserError(/got a link to .+, where nothing is; deno task device cuda/),
    );
  }));

Deno.test("a wheel of another version, package or system, a broken one and one cut short are refused in one sentence, and nothing is kept", () =>
  onMachine(async ({ cache, file }) => {
    const whole = wheelFile(MEMBERS);
    const refused: [Uint8Array | undefined, RegExp][] = [
      [undefined, /Opening .+ failed: expected a readable file, got nothing there/],
      [
        wheelFile(MEMBERS, { version: "1.29.1" }),
        /expected onnxruntime-gpu 1\.30\.0, the version of onnxruntime-node here, got onnxruntime-gpu 1\.29\.1/,
      ],
      [
        wheelFile(MEMBERS, { name: "onnxruntime" }),
        /expected onnxruntime-gpu 1\.30\.0, .+ got onnxruntime 1\.30\.0/,
      ],
      [
        wheelFile(MEMBERS, { tag: "cp311-cp311-manylinux_2_28_aarch64" }),
        /expected a wheel for Linux on x86-64, got cp311-cp311-manylinux_2_28_aarch64/,
      ],
      [
        wheelFile({ [`onnxruntime/capi/${SHARED}`]: "" }),
        /expected the member onnxruntime\/capi\/libonnxruntime_providers_cuda\.so, it has none/,
      ],
      [
        wheelFile(MEMBERS, { record: { [`onnxruntime/capi/${CUDA}`]: "x" } }),
        /expected .+providers_cuda\.so as its RECORD has it/,
      ],
      [whole.subarray(0, whole.length / 2), /its zip directory is damaged \(.+\): truncated\?/],
      [whole.map((byte, at) => at === 300 ? byte ^ 1 : byte), /failed: /],
    ];
    for (const [bytes, expected] of refused) {
      if (bytes !== undefined) writeFileSync(file, bytes);
      await assert.rejects(providerFolder({ wheel: PROVIDER_WHEEL, file, cache }), isUserError(expected));
      assert.deepEqual(existsSync(join(cache, "cuda")) ? readdirSync(join(cache, "cuda")) : [], []);
    }
  }));

Deno.test("linkInto() replaces a link, never a file", () =>
  onMachine(({ folder, onnxruntime }) => {
    for (const name of ["a", "b"]) {
      writeFileSync(join(folder, name), name);
      linkInto(onnxruntime, "x.so", join(folder, name));
      assert.equal(readFileSync(join(onnxruntime, "x.so"), "utf8"), name);
    }
    writeFileSync(join(onnxruntime, "y.so"), "own");
    assert.throws(
      () => linkInto(onnxruntime, "y.so", folder),
      isUserError(/got one that another installer left; remove/),
    );
    assert.throws(() => linkInto(join(folder, "no"), "y.so", folder), isUserError(/^Cannot write /));
  }));

Deno.test("linkToolkit() links CUDA's libraries of a folder, of a toolkit, and of NVIDIA's wheels", () =>
  onMachine(({ folder, onnxruntime }) => {
    for (const within of ["", "lib64", "nvidia/cu13/lib"]) {
      const given = join(folder, "cuda", within.replaceAll("/", "-"), "toolkit");
      mkdirSync(join(given, within), { recursive: true });
      for (const { name } of CUDA_LIBRARIES) writeFileSync(join(given, within, name), within);
      linkToolkit(onnxruntime, { given, usual: [] });
      for (const { name } of CUDA_LIBRARIES) {
        assert.ok(lstatSync(join(onnxruntime, name)).isSymbolicLink());
        assert.equal(readFileSync(join(onnxruntime, name), "utf8"), within);
      }
    }
    assert.throws(
      () => linkToolkit(onnxruntime, { given: join(folder, "no"), usual: [] }),
      isUserError(/--dir expects a folder/),
    );
    assert.throws(
      () => linkToolkit(onnxruntime, { given: onnxruntime + "/..", usual: [] }),
      isUserError(/got .+ with none$/),
    );
  }));

Deno.test("usualFolders() are those of CUDA's own variables, of Python's environment, and the usual one", () =>
  onMachine(({ folder }) => {
    mkdirSync(join(folder, "lib/python3.12/site-packages"), { recursive: true });
    const names: Record<string, string> = { CUDA_HOME: "/opt/cuda", VIRTUAL_ENV: folder, CONDA_PREFIX: "" };
    assert.deepEqual(usualFolders((name) => names[name]), [
      "/opt/cuda",
      folder,
      join(folder, "lib/python3.12/site-packages"),
      "/usr/local/cuda",
    ]);
  }));

const PIP = spawnSync("python3", ["-m", "pip", "--version"]).status === 0;

Deno.test({
  name: "the wheel comes from pip's index, by its hash; what goes wrong there is one sentence",
  ignore: !PIP,
  fn: () =>
    onMachine(async ({ onnxruntime, cache, folder }) => {
      const bytes = wheelFile(MEMBERS);
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const asked: string[] = [];
      let served = `<a href="/files/${FILE}">${FILE}</a>`;
      const server = createServer((request, answer) => {
        asked.push(request.url as string);
        if (request.url === `/files/${FILE}`) return answer.end(bytes);
        answer.writeHead(200, { "content-type": "text/html" }).end(
          `<!DOCTYPE html><html><body>${served}</body></html>`,
        );
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const env = {
        ...process.env,
        PIP_CONFIG_FILE: "/dev/null",
        PIP_INDEX_URL: `http://127.0.0.1:${port}/simple/`,
        PIP_EXTRA_INDEX_URL: "",
        PIP_FIND_LINKS: "",
        PIP_NO_CACHE_DIR: "1",
        PIP_RETRIES: "0",
      };
      const from = (more: object = {}) =>
        providerFolder({ wheel: { ...PROVIDER_WHEEL, sha256 }, cache, env, ...more });
      try {
        await assert.rejects(
          from({ wheel: PROVIDER_WHEEL }),
          isUserError(
            /^Downloading onnxruntime-gpu==1\.30\.0 failed: expected the published file .+, got another one/,
          ),
        );
        assert.deepEqual(readdirSync(join(cache, "cuda")), []);
        linkProvider(await from(), onnxruntime);
        assert.equal(readFileSync(join(onnxruntime, SHARED), "utf8"), "shared");
        assert.ok(asked.includes("/simple/onnxruntime-gpu/"));
        assert.deepEqual(readdirSync(join(cache, "cuda")), ["onnxruntime-gpu-1.30.0"]);
        asked.length = 0;
        await from();
        assert.deepEqual(asked, [], "what the cache has is not asked for");
        // A damaged cache is filled again.
        writeFileSync(join(cache, "cuda/onnxruntime-gpu-1.30.0", SHARED), "other");
        await from();
        assert.equal(readFileSync(join(onnxruntime, SHARED), "utf8"), "shared");
        served = "";
        await assert.rejects(
          from({ cache: join(folder, "other") }),
          isUserError(
            /expected it from pip's index, got No matching distribution found .+; --wheel FILE takes a wheel/,
          ),
        );
        await assert.rejects(
          from({ cache: join(folder, "other"), env: { ...env, PATH: folder } }),
          isUserError(/expected pip \(python3 -m pip\), got none here; --wheel FILE/),
        );
      } finally {
        server.closeAllConnections();
        server.close();
      }
    }),
});

/** Runs the command on a cache and a `PATH` of its own: nothing is downloaded. */
function device(args: readonly string[], cache: string) {
  const run = spawnSync(process.execPath, ["run", "-A", "experiments/device/cli.ts", ...args], {
    encoding: "utf8",
    env: { ...process.env, PATH: "/nowhere", IPADAPTER_CACHE: cache, NO_COLOR: "1" },
  });
  return { code: run.status, errors: run.stderr.trim() };
}

Deno.test("deno task device says in one sentence what is wrong when it is used wrongly", () =>
  onMachine(({ cache, file }) => {
    writeFileSync(file, wheelFile(MEMBERS, { version: "1.29.0" }));
    const mistakes: [string[], RegExp][] = [
      [[], /^deno task device expects cuda, got "nothing"$/],
      [["cudda"], /^deno task device expects cuda, got "cudda"; did you mean "cuda"\?$/],
      [["cuda", "cpu"], /expects one device, got "cpu" too$/],
      [["cuda", "--weel", "x"], /--weel is no option; did you mean "--wheel"\?$/],
      [["cuda", "--wheel", file], /expected onnxruntime-gpu 1\.30\.0, .+ got onnxruntime-gpu 1\.29\.0$/],
      [
        ["cuda"],
        /^Downloading onnxruntime-gpu==1\.30\.0 failed: expected pip .+ got none here; --wheel FILE .+$/,
      ],
    ];
    for (const [args, expected] of mistakes) {
      const { code, errors } = device(args, cache);
      assert.match(errors, expected);
      assert.equal(code, 2);
    }
  }));
