/** `run_stage.ts PLAN`: computes stages of a plan, see `stage_process.ts`. Started by executors, not by people. */
import process from "node:process";
import { FIGURES } from "../figures/mod.ts";
import { stageProcess } from "./stage_process.ts";

process.exit(await stageProcess(process.argv.slice(2), FIGURES));
