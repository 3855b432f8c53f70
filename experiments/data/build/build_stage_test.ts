import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { currentOrigin, runStages, type StageOutput, Stopped } from "../../runner/mod.ts";
import { inFolder } from "../testdata/in_folder.ts";
import { writeCaptionedFolder } from "../tiny_pictures.ts";
import { buildCommand } from "./build_command.ts";
import { type BuildJobRequest, buildStage, buildStageId, reportOf } from "./build_stage.ts";

Deno.test("buildStage() that is stopped goes on with its folder, to the files of a build in one go", () =>
  inFolder(async (folder) => {
    const [source, out, once] = ["source", "out", "once"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeCaptionedFolder(source, 9);
    const values = { pictures: source, count: "5", validation: "2", parallel: "1" };
    const request: BuildJobRequest = { task: "replication", folder: out, values, run: "a", device: "cpu" };
    const run = async (signal: AbortSignal, onPair: (done: number) => void) => {
      const outputs = await runStages([buildStage(request)], {
        cacheFolder: join(folder, "cache"),
        signal,
        origin: () => currentOrigin("cpu"),
        onEvent: (event) => {
          if (event.kind === "progress") onPair(event.done);
        },
      });
      return await reportOf(outputs.get(buildStageId("replication")) as StageOutput);
    };
    const abort = new AbortController();
    await assert.rejects(
      run(abort.signal, (done) => {
        if (done === 3) abort.abort(new Stopped("Stopped"));
      }),
      Stopped,
    );
    const report = await run(new AbortController().signal, () => {});
    assert.deepEqual([report.made, report.train, report.val], [4, 5, 2]);
    await buildCommand("replication", once, { values: new Map(Object.entries(values)) });
    for (const name of ["train.jsonl", "val.jsonl", "broken.jsonl", "NOTICE.md"]) {
      assert.equal(readFileSync(join(out, name), "utf8"), readFileSync(join(once, name), "utf8"), name);
    }
  }));
