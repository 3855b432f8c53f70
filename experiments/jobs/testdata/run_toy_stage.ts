/** As `run_stage.ts`, for the toy. */
import process from "node:process";
import { stageProcess } from "../stage_process.ts";
import { TOYS } from "./toy_experiment.ts";

process.exit(await stageProcess(process.argv.slice(2), TOYS));
