/// <reference lib="dom" />
/** The page's state and what belongs to it: the map, what was placed, what went wrong. Every choice goes through {@link commit}. */
import { computed, effect, signal } from "@preact/signals";
import type { GalleryEntry, LayerAnswer, MapTask, Neighbour, PlacedAnswer, WhyAnswer } from "../api.ts";
import { coloursOf } from "./colouring.ts";
import { type Known, knownPoints } from "./known_points.ts";
import { plotlyLoaded } from "./plotly_page.ts";
import { getGallery, getLayer, getSpace, neighboursOf, place, why } from "./calls.ts";
import { decodeState, encodeState, MOST_POINTS, type ViewState } from "./view_state.ts";

/** The choices. */
export const view = signal<ViewState>(decodeState(location.hash));
/** The map, once it is there. */
export const known = signal<Known | undefined>(undefined);
/** Conditions to choose from, once they are there. */
export const gallery = signal<readonly GalleryEntry[] | undefined>(undefined);
/** One sentence where something failed. */
export const trouble = signal("");
/** Said to screen readers when something has happened. */
export const said = signal("");
/** Placed texts. */
export const placed = signal<ReadonlyMap<string, PlacedAnswer>>(new Map());
/** What words do, by text. */
export const whys = signal<ReadonlyMap<string, WhyAnswer>>(new Map());
/** Neighbours of known instructions. */
export const knownNeighbours = signal<ReadonlyMap<number, readonly Neighbour[]>>(new Map());
/** Layers by id. */
export const layers = signal<ReadonlyMap<string, LayerAnswer>>(new Map());
/** Whether one can go back, or forward. */
export const depth = signal({ at: 0, last: 0 });

const colouring = computed(() => view.value.colour);
/** Colours under the chosen colouring; the same object until that changes, since new colours render the map anew. */
export const colours = computed(() => known.value && coloursOf(known.value, colouring.value));
/** The tasks as the page was bundled: the legend stands before the map is there. */
declare const MAP_TASKS: readonly MapTask[];
/** The tasks in the order of Table 1. */
export const tasks = computed((): readonly MapTask[] => known.value?.tasks ?? MAP_TASKS);
/** Whether the page is shown dark. */
const systemDark = signal(matchMedia("(prefers-color-scheme: dark)").matches);
/** Whether the page is dark now. */
export const dark = computed(() =>
  view.value.theme === "auto" ? systemDark.value : view.value.theme === "dark"
);
/** The text that is looked at: a typed or a known one. */
export const lookedAt = computed((): string | undefined => {
  const { active, known: index, points } = view.value;
  return points[active]?.text ?? known.value?.points[index]?.text;
});

/** Shows a failure. */
export function fail(error: unknown): void {
  trouble.value = error instanceof Error ? error.message : String(error);
}

/** Changes the state and the link. `replace` adds no step to go back to. */
export function commit(change: Partial<ViewState>, options: { readonly replace?: boolean } = {}): void {
  const before = encodeState(view.value);
  view.value = { ...view.value, ...change };
  const after = encodeState(view.value);
  if (after === before) return;
  if (options.replace) history.replaceState(history.state, "", `#${after}`);
  else {
    const at = depth.value.at + 1;
    depth.value = { at, last: at };
    history.pushState({ at, last: at }, "", `#${after}`);
  }
}

/** Takes the last choice back. */
export function undo(): void {
  if (depth.value.at > 0) history.back();
}

/** Makes it again. */
export function redo(): void {
  if (depth.value.at < depth.value.last) history.forward();
}

/** A name that no typed point has: A … Z, then A2 … */
function freshName(taken: readonly string[]): string {
  for (let i = 0;; i++) {
    const name = String.fromCharCode(65 + i % 26) + (i < 26 ? "" : String(1 + Math.floor(i / 26)));
    if (!taken.includes(name)) return name;
  }
}

/** Puts a text on the map and looks at it. */
export function typeText(given: string): void {
  const text = given.replace(/\s+/gu, " ").trim();
  if (!text) return;
  const { points } = view.value;
  const there = points.findIndex((point) => point.text === text);
  if (there >= 0) return commit({ active: there, known: -1, panel: "point" });
  if (points.length >= MOST_POINTS) {
    return fail(new Error(`The map takes ${MOST_POINTS} typed instructions; remove one first`));
  }
  const name = freshName(points.map((point) => point.name));
  commit({ points: [...points, { name, text }], active: points.length, known: -1, panel: "point" });
}

/** Takes a typed point away. */
export function removePoint(index: number): void {
  const { points, active, compared } = view.value;
  const text = points[index]?.text;
  const left = points.filter((_, i) => i !== index);
  commit({
    points: left,
    active: active > index ? active - 1 : Math.min(active, left.length - 1),
    compared: compared.filter((each) => each !== text),
  });
}

/** Gives a typed point another name. */
export function namePoint(index: number, name: string): void {
  const { points } = view.value;
  if (!name.trim()) return;
  commit({
    points: points.map((point, i) => i === index ? { ...point, name: name.trim().slice(0, 40) } : point),
  });
}

const asked = new Set<string>();

/** Asks once; a failure may be asked again. */
async function ask<T>(id: string, work: () => Promise<T>, then: (value: T) => void): Promise<void> {
  if (asked.has(id)) return;
  asked.add(id);
  try {
    then(await work());
  } catch (error) {
    asked.delete(id);
    throw error;
  }
}

const added = <K, V>(map: ReadonlyMap<K, V>, key: K, value: V) => new Map(map).set(key, value);

function followState(): void {
  effect(() => {
    for (const { text } of view.value.points) {
      ask(`place ${text}`, () => place(text), (answer) => {
        placed.value = added(placed.peek(), text, answer);
        said.value = `Placed: nearest to ${answer.shares[0]!.task}`;
      }).catch((error) => {
        // What cannot be placed does not stay.
        const index = view.peek().points.findIndex((point) => point.text === text);
        if (index >= 0) removePoint(index);
        fail(error);
      });
    }
  });
  effect(() => {
    const text = view.value.points[view.value.active]?.text;
    if (text === undefined || !placed.value.has(text)) return;
    ask(`why ${text}`, () => why(text), (answer) => whys.value = added(whys.peek(), text, answer)).catch(
      fail,
    );
  });
  effect(() => {
    const index = view.value.known;
    if (index < 0 || !known.value?.points[index]) return;
    ask(
      `near ${index}`,
      () => neighboursOf(index),
      (found) => knownNeighbours.value = added(knownNeighbours.peek(), index, found),
    ).catch(fail);
  });
  effect(() => {
    for (const { id } of view.value.layers) {
      if (layers.value.has(id)) continue;
      ask(`layer ${id}`, () => getLayer(id), (layer) => layers.value = added(layers.peek(), id, layer))
        .catch((error) => {
          commit({ layers: view.peek().layers.filter((layer) => layer.id !== id) }, { replace: true });
          fail(error);
        });
    }
  });
  effect(() => {
    document.documentElement.dataset.theme = dark.value ? "dark" : "light";
  });
}

/** Keeps a layer that was just made. */
export function addLayer(layer: LayerAnswer): void {
  layers.value = added(layers.peek(), layer.id, layer);
  const others = view.value.layers.filter(({ id }) => id !== layer.id);
  commit({ layers: [...others, { id: layer.id, name: layer.name }].slice(-8) });
}

/** Loads the map, then what the link asks for. */
export async function openPage(): Promise<void> {
  const stored: unknown = history.state;
  const at = typeof stored === "object" && stored !== null && "at" in stored ? Number(stored.at) : 0;
  depth.value = { at, last: at };
  if (stored === null) history.replaceState({ at: 0, last: 0 }, "");
  addEventListener("popstate", (event) => {
    view.value = decodeState(location.hash);
    const to: unknown = event.state?.at;
    depth.value = { at: typeof to === "number" ? to : 0, last: depth.value.last };
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
    systemDark.value = matches;
  });
  try {
    const [space] = await Promise.all([getSpace(), plotlyLoaded()]);
    known.value = knownPoints(space);
    followState();
    if (known.value.studio) gallery.value = await getGallery();
  } catch (error) {
    fail(error);
  }
}
