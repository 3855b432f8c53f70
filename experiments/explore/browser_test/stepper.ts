/** Steps of a test that go on where the one before left off: behind a broken one nothing can be known. */

/** Runs steps of `t` until one fails; those behind it are ignored. */
export function stepper(t: Deno.TestContext): (name: string, fn: () => Promise<void>) => Promise<void> {
  let broken = false;
  return async (name, fn) => {
    if (!await t.step({ name, fn, ignore: broken })) broken = true;
  };
}
