/// <reference lib="dom" />
/** A crowded map under the hand: while it is zoomed or pulled its picture is scaled and moved, and its marks are rendered anew once it rests, sooner where the picture leaves edges blank. */
import type { PlotElement } from "./plotly_page.ts";

/** Milliseconds without a turn of the wheel after which the map rests. */
const REST_MS = 200;
/** Most of the time that rendering takes while the wheel turns and the picture leaves edges blank. */
const SHARE = 0.2;
/** Pixels of a pull that is no click. */
const PULL = 8;
/** Share of a turn of one pixel; most and least that one event zooms. */
const SPEED = 1 / 200, MOST_TURN = 20;

/** What the hand works on. */
export interface HandCalls {
  /** Whether the map is to be moved as a picture. */
  readonly holds: () => boolean;
  /** Whether dragging moves the map. */
  readonly pans: () => boolean;
  /** Renders with these ranges of the axes. */
  readonly rest: (change: Readonly<Record<string, unknown>>) => Promise<unknown>;
}

/** Where the picture stands: a place p of it is shown at scale p + (x, y), in pixels. */
interface Stand {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

const STILL: Stand = { scale: 1, x: 0, y: 0 };

/** Follows wheel and pulling over an element until it is disposed of; the attribute `data-held` is there meanwhile. */
export function followHand(element: HTMLElement, { holds, pans, rest }: HandCalls): { dispose(): void } {
  const ended = new AbortController();
  let stand = STILL, settling = false;
  let renderedAt = -Infinity, cost = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let pulled: { readonly from: MouseEvent; last?: MouseEvent } | undefined;

  function put(next: Stand): void {
    stand = next;
    const picture = element.querySelector<HTMLElement>(".gl-container");
    const moved = stand !== STILL;
    if (picture) {
      picture.style.transformOrigin = "0 0";
      picture.style.transform = moved ? `translate(${stand.x}px, ${stand.y}px) scale(${stand.scale})` : "";
    }
    if (moved) element.dataset.held = "true";
    else delete element.dataset.held;
  }

  /** The axes' ranges under which rendering shows what the picture shows now. */
  function ranges(): Record<string, unknown> {
    const { layout, _fullLayout: full } = element as PlotElement;
    const change: Record<string, unknown> = {};
    for (const [name, shift] of [["xaxis", stand.x], ["yaxis", stand.y]] as const) {
      const [low, high] = layout![name]!.range!, { _offset: offset, _length: length } = full![name];
      const at = (pixel: number) => {
        const share = ((pixel - shift) / stand.scale - offset) / length;
        return low + (name === "yaxis" ? 1 - share : share) * (high - low);
      };
      const ends = [at(offset), at(offset + length)];
      change[`${name}.range`] = name === "yaxis" ? ends.reverse() : ends;
    }
    return change;
  }

  /** Whether the picture fills the map: what lies beyond it is not rendered. */
  function fills(): boolean {
    const { clientWidth: width, clientHeight: height } = element;
    const { scale, x, y } = stand;
    return x <= 0 && y <= 0 && x + scale * width >= width && y + scale * height >= height;
  }

  /** Milliseconds until all marks are rendered: while edges are blank, no later than rendering them may be afforded. */
  function pause(): number {
    if (fills()) return REST_MS;
    return Math.max(0, Math.min(REST_MS, renderedAt + cost / SHARE - performance.now()));
  }

  async function settle(): Promise<void> {
    if (settling) return;
    settling = true;
    const shown = stand, began = performance.now();
    try {
      await rest(ranges());
    } finally {
      settling = false;
    }
    if (ended.signal.aborted) return;
    renderedAt = performance.now();
    cost = renderedAt - began;
    if (stand === shown) return put(STILL);
    // What was turned while it was rendered goes on from there.
    put({
      scale: stand.scale / shown.scale,
      x: stand.x - shown.x * stand.scale / shown.scale,
      y: stand.y - shown.y * stand.scale / shown.scale,
    });
    clearTimeout(timer);
    timer = setTimeout(settle, pause());
  }

  element.addEventListener("wheel", (event) => {
    if (!holds()) return;
    event.preventDefault();
    event.stopPropagation();
    const box = element.getBoundingClientRect();
    const x = event.clientX - box.x, y = event.clientY - box.y;
    const factor = Math.exp(-SPEED * Math.max(-MOST_TURN, Math.min(MOST_TURN, event.deltaY)));
    put({ scale: stand.scale * factor, x: x + factor * (stand.x - x), y: y + factor * (stand.y - y) });
    clearTimeout(timer);
    timer = setTimeout(settle, pause());
  }, { capture: true, passive: false, signal: ended.signal });

  element.addEventListener("mousedown", (event) => {
    if (holds() && pans() && event.button === 0 && stand === STILL) pulled = { from: event };
  }, { capture: true, signal: ended.signal });
  // Before plotly, which listens further in and would render all marks at each of these.
  addEventListener("mousemove", (event) => {
    if (!pulled || !event.isTrusted) return;
    const x = event.clientX - pulled.from.clientX, y = event.clientY - pulled.from.clientY;
    if (!pulled.last && Math.hypot(x, y) < PULL) return;
    event.stopPropagation();
    pulled.last = event;
    put({ scale: 1, x, y });
  }, { capture: true, signal: ended.signal });
  addEventListener("mouseup", () => {
    const last = pulled?.last;
    pulled = undefined;
    if (!last) return;
    // It hears of the whole pull at once.
    const { clientX, clientY, screenX, screenY, buttons } = last;
    last.target?.dispatchEvent(
      new MouseEvent("mousemove", { bubbles: true, clientX, clientY, screenX, screenY, buttons }),
    );
    put(STILL);
  }, { capture: true, signal: ended.signal });

  return {
    dispose() {
      clearTimeout(timer);
      ended.abort();
    },
  };
}
