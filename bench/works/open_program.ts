import {
  compile,
  compileSharded,
  type Program,
  type ProgramFunction,
  type ProgramParts,
} from "../../lib/engine/mod.ts";
import type { OpenOptions } from "../timing/work.ts";

/** A program of the engine that was asked for. */
export function openProgram(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: OpenOptions,
): Promise<Program> {
  return options.engine?.(fn, parts) ?? compile(fn, parts, options.compile);
}

/** The same for a function that treats every sample of its batch alone. */
export function openBatchProgram(
  fn: ProgramFunction,
  parts: ProgramParts,
  options: OpenOptions,
): Promise<Program> {
  return options.engine?.(fn, parts) ?? compileSharded(fn, parts, options.compile);
}
