/** JSON Lines over HTTP: a line as soon as there is one; a reader that goes away stops the work. */

/** A response of one JSON value a line. `failed` says what a thrown error's line is. */
export function lineResponse(
  lines: AsyncIterable<unknown>,
  { abort, failed }: { readonly abort: AbortController; readonly failed: (error: unknown) => unknown },
): Response {
  const encoder = new TextEncoder();
  const iterator = lines[Symbol.asyncIterator]();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
      } catch (error) {
        controller.enqueue(encoder.encode(`${JSON.stringify(failed(error))}\n`));
        controller.close();
      }
    },
    async cancel() {
      abort.abort(new Error("the reader went away"));
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson; charset=utf-8", "cache-control": "no-store" },
  });
}
