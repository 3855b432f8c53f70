/** Drawings of all pages: one at a time for each page, and in turn for all, since the adapter's weights are the generator's state. */
import { UserError } from "../../engine/mod.ts";
import { encodePng } from "../../raster/mod.ts";
import type { DrawLine } from "../api.ts";
import type { Studio, StudioPicture, StudioRequest } from "./studio.ts";

/** Pages that may wait. */
const MOST_WAITING = 8;

/** Why a drawing ends early. */
class Cancelled extends Error {}

/** Runs drawings. */
export interface Drawings {
  /**
   * Draws for a page; a drawing of the same page that is under way is cancelled first. Ends with "done", "cancelled" or "error".
   *
   * @throws UserError when too many pages wait.
   */
  start(client: string, request: StudioRequest, signal: AbortSignal): AsyncIterable<DrawLine>;
  /** Ends a page's drawing; false where there is none. */
  cancel(client: string): boolean;
  /** Number of drawings under way or waiting. */
  readonly open: number;
}

const shownPicture = ({ at, picture, scores }: StudioPicture) => ({
  at,
  png: encodePng(picture).toBase64(),
  ...(scores ? { scores } : {}),
});

/** Drawings by a studio; `now` is the clock, in seconds. */
export function createDrawings(studio: Studio, now: () => number): Drawings {
  const running = new Map<string, AbortController>();
  let turn: Promise<void> = Promise.resolve();
  let open = 0;

  async function* lines(
    client: string,
    request: StudioRequest,
    signal: AbortSignal,
  ): AsyncGenerator<DrawLine, void, void> {
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
      await before;
      either.throwIfAborted();
      const began = now();
      const notes: string[] = [];
      for await (const event of studio.draw(request, either)) {
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
        throw new UserError("Drawing failed: other pages are drawing already; try again in a moment");
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
