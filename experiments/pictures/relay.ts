/**
 * Values that work sends, as an iterator. The work goes on whatever the reader does; `left` is aborted when the reader is gone before the end.
 *
 * @throws what the work throws, after the values that it sent before.
 */
export async function* relay<T>(
  work: (send: (value: T) => void, left: AbortSignal) => Promise<void>,
): AsyncGenerator<T, void, void> {
  const waiting: T[] = [];
  const gone = new AbortController();
  let wake = () => {}, ended = false;
  const end = work((value) => {
    waiting.push(value);
    wake();
  }, gone.signal).finally(() => {
    ended = true;
    wake();
  });
  end.catch(() => {}); // awaited below
  try {
    while (!ended || waiting.length > 0) {
      if (waiting.length > 0) yield waiting.shift()!;
      else await new Promise<void>((resolve) => wake = resolve);
    }
    await end;
  } finally {
    gone.abort();
  }
}
