/** Samplings of all pages: one at a time for each page, and in turn for all, since the adapter's weights are the generator's state. */
import { UserError } from "../../engine/mod.ts";
import { encodePng } from "../../raster/mod.ts";
import type { SampleLine } from "../api.ts";
import type { Studio, StudioPicture, StudioRequest } from "./studio.ts";

/** Pages that may wait. */
const MOST_WAITING = 8;

/** Why a sampling ends early. */
class Cancelled extends Error {}

/** Runs samplings. */
export interface Samplings {
  /**
   * Samples for a page; a sampling of the same page that is under way is cancelled first. Ends with "done", "cancelled" or "error".
   *
   * @throws UserError when too many pages wait.
   */
  start(client: string, request: StudioRequest, signal: AbortSignal): AsyncIterable<SampleLine>;
  /** Ends a page's sampling; false where there is none. */
  cancel(client: string): boolean;
  /** Number of samplings under way or waiting. */
  readonly open: number;
}

const shownPicture = ({ at, picture, scores }: StudioPicture) => ({
  at,
  png: encodePng(picture).toBase64(),
  ...(scores ? { scores } : {}),
});

/** Resolves when those before have ended; rejects as soon as `signal` aborts: what nobody wants any more takes no place among the waiting. */
function turnAfter(before: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    before.then(resolve);
  });
}

/** Samplings by a studio; `now` is the clock, in seconds. */
export function createSamplings(studio: Studio, now: () => number): Samplings {
  const running = new Map<string, AbortController>();
  let turn: Promise<void> = Promise.resolve();
  let open = 0;

  async function* lines(
    client: string,
    request: StudioRequest,
    signal: AbortSignal,
  ): AsyncGenerator<SampleLine, void, void> {
    running.get(client)?.abort(new Cancelled());
    const own = new AbortController();
    running.set(client, own);
    const either = AbortSignal.any([own.signal, signal]);
    const before = turn;
    let leave = () => {};
    turn = new Promise((resolve) => leave = resolve);
    open++;
    try {
      yield { kind: "waiting" };
      await turnAfter(before, either);
      const began = now();
      const notes: string[] = [];
      for await (const event of studio.sample(request, either)) {
        if (event.kind === "notes") notes.push(...event.notes);
        else yield { ...event, pictures: event.pictures.map(shownPicture) };
      }
      yield { kind: "done", notes, seconds: now() - began };
    } catch (error) {
      if (either.aborted) yield { kind: "cancelled" };
      else if (error instanceof UserError) yield { kind: "error", error: error.message };
      else throw error;
    } finally {
      open--;
      // Those behind go on when this one and all before it have ended.
      before.then(leave);
      if (running.get(client) === own) running.delete(client);
    }
  }

  return {
    start(client, request, signal) {
      if (open >= MOST_WAITING) {
        throw new UserError("Sampling failed: other pages are sampling already; try again in a moment");
      }
      return lines(client, request, signal);
    },
    cancel(client) {
      const own = running.get(client);
      own?.abort(new Cancelled());
      return own !== undefined;
    },
    get open() {
      return open;
    },
  };
}
