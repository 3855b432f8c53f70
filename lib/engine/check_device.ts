/** Whether a device computes. */
import { compile } from "./compile.ts";
import { UserError } from "./errors.ts";
import type { Device } from "./session.ts";
import * as tf from "./tfjs.ts";

/**
 * Computes 2 + 1 in a graph of one node on a device; the processor is there.
 *
 * @throws UserError when the device is not there, or computes something else.
 */
export async function checkDevice(device: Device): Promise<void> {
  if (device === "cpu") return;
  const program = await compile((_frozen, _state, { x }) => ({ outputs: { y: tf.add(x as tf.Tensor, 1) } }), {
    inputs: { x: { shape: [1] } },
  }, { device });
  try {
    const { y } = await program.run({ x: Float32Array.of(2) });
    const sum = y?.data[0];
    if (sum !== 3) {
      throw new UserError(`Computing on device "${device}" failed: expected 2 + 1 to be 3, got ${sum}`);
    }
  } finally {
    await program.dispose();
  }
}
