/** The noise schedule that comes with a model: diffusers' scheduler/scheduler_config.json. */
import {
  type NoiseSchedule,
  noiseSchedule,
  type NoiseScheduleConfig,
  SD_SCHEDULE,
} from "../../lib/diffusion/mod.ts";
import { readText } from "../../lib/hub/mod.ts";
import { jsonObject, refuser } from "./json_object.ts";

/**
 * Reads a schedule; without a file SD 1.5's. Fields that the file leaves out are SD 1.5's, too. The sampler is not the file's to say.
 *
 * @throws UserError in one sentence when the file is damaged or asks for what is not built.
 */
export function readSchedule(path: string | undefined): NoiseSchedule {
  return path === undefined ? noiseSchedule(SD_SCHEDULE) : parseSchedule(readText(path), path);
}

/** The same from the file's text. */
export function parseSchedule(text: string, path: string): NoiseSchedule {
  const fail = refuser(path);
  const config = { ...SD_SCHEDULE, ...jsonObject(text, path) } as NoiseScheduleConfig;
  for (const field of ["beta_start", "beta_end", "steps_offset"] as const) {
    if (typeof config[field] !== "number") fail(`expected ${field} to be a number, got ${config[field]}`);
  }
  const known = {
    prediction_type: ["epsilon", "v_prediction"],
    timestep_spacing: ["leading", "linspace", "trailing"],
  };
  for (const [field, values] of Object.entries(known)) {
    const value = config[field as keyof typeof known];
    if (!values.includes(value)) fail(`expected ${field} to be ${values.join(" or ")}, got "${value}"`);
  }
  try {
    return noiseSchedule(config);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return fail(error.message);
  }
}
