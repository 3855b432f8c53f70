import * as tf from "@tensorflow/tfjs";

/** Name of the tfjs backend that appends nodes instead of computing. */
export const RECORDER = "recorder";

/** Whether ops are being recorded into a graph right now. */
export function isRecording(): boolean {
  return tf.getBackend() === RECORDER;
}
