/** What follows a training's step: it is shown, and saved where that is due. */

/**
 * Shows a step and saves after it, in the order that loses nothing: shown first, since who goes on from the checkpoint after a kill shows none of the
 * steps before it. When asked to stop it is saved first, since showing ends the training then. Gives whether it was saved.
 */
export async function endOfStep(
  signal: AbortSignal | undefined,
  { show, save, due, dueWhenStopping = true }: {
    readonly show: () => void;
    readonly save: () => Promise<void>;
    readonly due: boolean;
    /** Whether it is saved when asked to stop, due or not. */
    readonly dueWhenStopping?: boolean;
  },
): Promise<boolean> {
  const stopping = signal?.aborted ?? false;
  const saves = due || (stopping && dueWhenStopping);
  if (!stopping) show();
  if (saves) await save();
  if (stopping) show();
  return saves;
}
