/** Sec. 3.4 to 4.3 on a tiny folder, from sources to pictures of a shared adapter, undisturbed and killed with SIGKILL on the way. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { key, stream } from "../../lib/engine/mod.ts";
import { type StandInHub, startStandInHub } from "../../lib/hub/testdata/stand_in_hub.ts";
import { completion, withChatServer } from "../../lib/instructions/testdata/stand_in_chat.ts";
import { encodePng } from "../../lib/raster/mod.ts";
import { TASKS } from "../../lib/tasks/mod.ts";
import { tinyScene } from "../data/tiny_pictures.ts";
import { writeTinySources } from "../data/tiny_sources.ts";
import { writeTinyModels } from "./tiny_models.ts";
import { BUILDS, SHARED } from "./testdata/chain.ts";

const CHAIN = fileURLToPath(new URL("testdata/chain.ts", import.meta.url));
const GENERATE = fileURLToPath(new URL("../generate/cli.ts", import.meta.url));

interface World {
  readonly folder: string;
  readonly hub: StandInHub;
}

/** Starts the chain and kills it once so many files have been made below its folder; how many were made, and whether it was killed. */
async function run(
  { folder, hub }: World,
  killAt = Infinity,
): Promise<{ made: number; killed: boolean }> {
  const watcher = Deno.watchFs(folder);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHAIN, folder, hub.endpoint],
    env: { IPADAPTER_CACHE: join(folder, "cache"), HF_HOME: join(folder, "hf") },
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const said = new Response(child.stderr).text();
  const end = child.status.then((status) => {
    watcher.close();
    return status;
  });
  const made = new Set<string>();
  for await (const { kind, paths } of watcher) {
    if (kind !== "create") continue;
    for (const path of paths) made.add(path);
    if (made.size >= killAt) break;
  }
  const killed = made.size >= killAt;
  if (killed) child.kill("SIGKILL");
  const { code } = await end;
  if (!killed) assert.equal(code, 0, await said);
  await said;
  return { made: made.size, killed };
}

/** What must be the same bits: built pairs, scores, the table, and weights; not what names folders, or says how long it took. */
function ends({ folder, hub }: World): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) =>
      /^(data|results)\//.test(path) && !/\/build\/|NOTICE\.md$|result\.json$|report\.(md|html)$/.test(path)
    );
  const weights = hub.files.get("adapter.safetensors")?.content as Uint8Array;
  return new Map([
    ...files.sort().map((path) => [path, readFileSync(join(folder, path)).toBase64()] as const),
    ["adapter.safetensors", weights.toBase64()],
  ]);
}

/** A folder with models and sources, and a hub that has the repository not yet. */
function world(captions: string): World {
  const folder = mkdtempSync(join(tmpdir(), "chain-"));
  mkdirSync(join(folder, "models"));
  writeTinyModels(join(folder, "models"));
  const builds = writeTinySources(join(folder, "sources"), {
    models: join(folder, "models"),
    captions: { llm: captions, model: "stand-in" },
  });
  writeFileSync(join(folder, BUILDS), JSON.stringify(builds));
  const hub = startStandInHub(SHARED);
  hub.exists = false;
  return { folder, hub };
}

Deno.test("the chain from sources to pictures of a shared adapter gives the same bits when it is killed twice on the way", () =>
  withChatServer([completion("A square on a plain ground.")], async ({ url }) => {
    const [calm, killed] = [world(url), world(url)];
    try {
      const { made } = await run(calm);
      const random = stream(key("killed chain"));
      let left = made;
      for (let kill = 0; kill < 2; kill++) {
        const at = Math.max(1, Math.floor(left * (0.1 + 0.6 * random.float())));
        const seen = await run(killed, at);
        assert.ok(seen.killed, `${seen.made} of ${at} files were made`);
        left -= seen.made;
      }
      await run(killed);
      const [expected, got] = [ends(calm), ends(killed)];
      assert.deepEqual([...got.keys()], [...expected.keys()]);
      for (const [path, bits] of expected) assert.ok(got.get(path) === bits, path);
      for (const task of TASKS) assert.ok(expected.has(`data/${task}/train.jsonl`), task);
      assert.ok(expected.has("results/table1/paper-smoke/table.md"));
      const report = readFileSync(join(killed.folder, "results/report.md"), "utf8");
      assert.match(report, /paper scale/i);

      const image = join(killed.folder, "c.png"), out = join(killed.folder, "out");
      writeFileSync(image, encodePng(tinyScene("condition").picture));
      const { success, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          ...[
            "run",
            "-A",
            "--no-check",
            GENERATE,
            "--scale",
            "paper",
            "--models",
            join(killed.folder, "models"),
          ],
          ...["--checkpoint", `hf:${SHARED}`, "--image", image, "--instruct", "use the face"],
          ...[
            "--prompt",
            "a cat",
            "--size",
            "16x16",
            "--fit",
            "crop",
            "--steps",
            "2",
            "--count",
            "1",
            "--out",
            out,
          ],
        ],
        env: {
          HF_ENDPOINT: killed.hub.endpoint,
          HF_HOME: join(killed.folder, "home"),
          HF_TOKEN: "",
          HF_HUB_OFFLINE: "",
        },
        stdout: "null",
      }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      assert.ok(readdirSync(out).includes("000.png"));
    } finally {
      for (const { folder, hub } of [calm, killed]) {
        await hub[Symbol.asyncDispose]();
        rmSync(folder, { recursive: true, force: true });
      }
    }
  }));
