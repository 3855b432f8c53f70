/** Programs that are too large to lie in memory beside those of another kind of stage: a slot holds one thing, for all stages of a process that ask for it. */

/** What for. */
export type Slot = "encoding" | "training" | "sampling" | "scoring";

/** What can be freed. */
interface Open {
  dispose(): Promise<void>;
}

const held = new Map<Slot, { readonly id: string; readonly made: Promise<Open> }>();

/** What a slot holds under this name; another thing is freed, and this one made. A failure is not kept. */
export async function inSlot<T extends Open>(slot: Slot, id: string, make: () => Promise<T>): Promise<T> {
  const known = held.get(slot);
  if (known?.id === id) return await known.made as T;
  await emptySlots(slot);
  const made = make();
  held.set(slot, { id, made });
  try {
    return await made;
  } catch (error) {
    held.delete(slot);
    throw error;
  }
}

/** Frees what slots hold. */
export async function emptySlots(...slots: readonly Slot[]): Promise<void> {
  for (const slot of slots) {
    const known = held.get(slot);
    held.delete(slot);
    await (await known?.made)?.dispose();
  }
}
