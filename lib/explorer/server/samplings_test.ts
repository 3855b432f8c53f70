import assert from "node:assert/strict";
import type { SampleLine } from "../api.ts";
import { createSamplings } from "./samplings.ts";
import type { Studio, StudioRequest } from "./studio.ts";

/** Samples until it is aborted. */
const endless: Studio = {
  about: { adapter: "endless", note: "Ends when it is aborted.", batch: 1 },
  gallery: () => Promise.resolve([]),
  fit: () => Promise.reject(new RangeError("fits nothing")),
  async *sample(_request, signal) {
    yield { kind: "step", model: "instruct", done: 1, total: 2, pictures: [] };
    await new Promise((_, reject) => {
      signal.throwIfAborted();
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  },
};
const request: StudioRequest = {
  condition: { file: new Uint8Array() },
  prompt: "",
  seed: 1,
  adapterScale: 1,
  steps: 2,
  guidance: 1,
  plus: false,
  pictures: [],
};
const kept = new AbortController().signal;

/** Reads all lines in the background; `first` resolves with the first, `all` with their kinds. */
function read(lines: AsyncIterable<SampleLine>) {
  const iterator = lines[Symbol.asyncIterator]();
  const first = iterator.next();
  const all = (async () => {
    const kinds: string[] = [];
    for (let next = await first; !next.done; next = await iterator.next()) kinds.push(next.value.kind);
    return kinds;
  })();
  return { first, all };
}

Deno.test("createSamplings() lets a waiting page ask anew as often as it likes: what it gave up takes no place", async () => {
  const samplings = createSamplings(endless, () => 0);
  const holding = read(samplings.start("one", request, kept));
  await holding.first;
  let given = read(samplings.start("two", request, kept));
  for (let i = 0; i < 12; i++) { // more than may wait
    await given.first;
    const anew = read(samplings.start("two", request, kept));
    assert.deepEqual(await given.all, ["waiting", "cancelled"]);
    given = anew;
    assert.equal(samplings.open, 2);
  }
  const gone = new AbortController();
  const third = read(samplings.start("three", request, gone.signal));
  await third.first;
  gone.abort();
  assert.deepEqual(await third.all, ["waiting", "cancelled"]);
  assert.ok(samplings.cancel("one"));
  assert.deepEqual(await holding.all, ["waiting", "step", "cancelled"]);
  const behind = read(samplings.start("four", request, kept));
  await behind.first;
  await new Promise((resolve) => setTimeout(resolve)); // now it is the turn of "two"
  assert.ok(samplings.cancel("two"));
  assert.deepEqual(await given.all, ["waiting", "step", "cancelled"]);
  assert.equal(samplings.open, 1);
  assert.ok(samplings.cancel("four"));
  await behind.all;
  assert.equal(samplings.open, 0);
});

Deno.test("createSamplings() refuses in one sentence when too many pages wait", async () => {
  const samplings = createSamplings(endless, () => 0);
  const pages = Array.from({ length: 8 }, (_, i) => read(samplings.start(`page ${i}`, request, kept)));
  await Promise.all(pages.map(({ first }) => first));
  assert.throws(() => samplings.start("one more", request, kept), /^UserError: Sampling failed: [^\n]+$/u);
  for (let i = pages.length; i-- > 0;) samplings.cancel(`page ${i}`);
  await Promise.all(pages.map(({ all }) => all));
  assert.equal(samplings.open, 0);
});
