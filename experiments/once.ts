/** Values made once per process, when first asked for; a failure is not kept. */

/** A value made once. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () =>
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
}

/** A value made once for each key. */
export function onceEach<Key, T>(make: (key: Key) => Promise<T>): (key: Key) => Promise<T> {
  const made = new Map<Key, () => Promise<T>>();
  return (key) => {
    const value = made.get(key) ?? once(() => make(key));
    made.set(key, value);
    return value();
  };
}
