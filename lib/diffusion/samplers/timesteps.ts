import type { NoiseScheduleConfig } from "../noise_schedule.ts";

/** Nearest integer, halves to the even one, as NumPy rounds. */
function round(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The timesteps a sampler visits, falling. "leading": multiples of ⌊T/steps⌋ plus `steps_offset`; "linspace": from T − 1 to 0, both included;
 * "trailing": T − 1 downwards in strides of T/steps.
 *
 * @param options.whole false leaves "linspace" between whole numbers, as Euler's sampler does.
 * @throws RangeError when steps is not a whole number from 1 to T.
 */
export function visitedTimesteps(
  config: NoiseScheduleConfig,
  steps: number,
  options: { whole?: boolean } = {},
): Float64Array {
  const { num_train_timesteps: total, timestep_spacing, steps_offset } = config;
  if (!(Number.isInteger(steps) && steps >= 1 && steps <= total)) {
    throw new RangeError(`Sampling needs a whole number of steps from 1 to ${total}, got ${steps}`);
  }
  const pick = (at: (i: number) => number) => Float64Array.from({ length: steps }, (_, i) => at(i));
  switch (timestep_spacing) {
    case "leading": {
      const ratio = Math.trunc(total / steps);
      return pick((i) => (steps - 1 - i) * ratio + steps_offset);
    }
    case "linspace": {
      const at = (i: number) => steps === 1 ? 0 : (total - 1) * (steps - 1 - i) / (steps - 1);
      return pick(options.whole === false ? at : (i) => round(at(i)));
    }
    case "trailing":
      return pick((i) => round(total - i * (total / steps)) - 1);
    default:
      throw new RangeError(
        `Sampling needs timestep_spacing leading, linspace or trailing, got ${timestep_spacing}`,
      );
  }
}
