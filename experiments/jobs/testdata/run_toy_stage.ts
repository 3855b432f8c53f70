/** As `run_stage.ts`, for the toy. */
import process from "node:process";
import { stageProgram } from "../stage_program.ts";
import { workloadsOf } from "../workload.ts";
import { TOYS } from "./toy_experiment.ts";

process.exit(await stageProgram(process.argv.slice(2), workloadsOf(TOYS)));
