/** What a link holds: everything a person has chosen on the page. */
import { isLayoutId, type LayoutId } from "../api.ts";
import { decodeSight, encodeSight, type Sight, WHOLE } from "./sight.ts";

/** What marks are coloured by. */
export const COLOURINGS = ["task", "length", "opening", "template", "margin"] as const;
/** One of them. */
export type Colouring = typeof COLOURINGS[number];
/** The panels beside the map. */
export const PANELS = ["point", "pictures", "table"] as const;
/** One of them. */
export type Panel = typeof PANELS[number];
/** Light, dark, or as the system is. */
export const THEMES = ["auto", "light", "dark"] as const;
/** One of them. */
export type Theme = typeof THEMES[number];
/** Columns that the table is sorted by. */
export const COLUMNS = ["text", "task", "split", "words", "nearest", "margin"] as const;
/** One of them. */
export type Column = typeof COLUMNS[number];

/** What is sampled: pictures under the wanted texts, a walk from one to another, or under every task's own instruction. */
export const KINDS = ["pictures", "walk", "tasks"] as const;
/** One of them. */
export type Kind = typeof KINDS[number];

/** An instruction that was typed. */
export interface TypedPoint {
  /** Short name on the map. */
  readonly name: string;
  /** What was typed. */
  readonly text: string;
}

/** The whole state. */
export interface ViewState {
  readonly layout: LayoutId;
  /** The map beside it. */
  readonly second?: LayoutId;
  /** What is seen of each. */
  readonly seen: Sight;
  readonly secondSeen: Sight;
  readonly colour: Colouring;
  readonly panel: Panel;
  readonly theme: Theme;
  readonly points: readonly TypedPoint[];
  /** The typed point that is looked at, −1 for none. */
  readonly active: number;
  /** The known instruction that is looked at, −1 for none. */
  readonly known: number;
  readonly search: string;
  readonly meaning: boolean;
  /** Rising indices of known instructions. */
  readonly selected: readonly number[];
  /** Groups of the legend that are hidden. */
  readonly hidden: readonly string[];
  /** Layers by id and name. */
  readonly layers: readonly { readonly id: string; readonly name: string }[];
  readonly sort: Column;
  readonly falling: boolean;
  /** Of the table, from 0. */
  readonly page: number;
  /** A gallery item; "own" where `picture` holds one. */
  readonly gallery: string;
  /** base64 of the 64×64 PNG that was brought. */
  readonly picture: string;
  /** Absent: the gallery item's own. */
  readonly prompt?: string;
  readonly seed: number;
  readonly scale: number;
  readonly steps: number;
  readonly guidance: number;
  readonly plus: boolean;
  /** Texts that pictures are made for; empty: the one looked at. */
  readonly compared: readonly string[];
  readonly walkFrom: string;
  readonly walkTo: string;
  /** What was sampled last, so that a link samples it again; called `drawn` in links. */
  readonly sampled: "" | Kind;
}

/** The page as it opens. */
export const INITIAL: ViewState = {
  layout: "tsne2",
  seen: WHOLE,
  secondSeen: WHOLE,
  colour: "task",
  panel: "point",
  theme: "auto",
  points: [],
  active: -1,
  known: -1,
  search: "",
  meaning: false,
  selected: [],
  hidden: [],
  layers: [],
  sort: "nearest",
  falling: true,
  page: 0,
  gallery: "style-0",
  picture: "",
  seed: 1,
  scale: 0.8,
  steps: 20,
  guidance: 5,
  plus: true,
  compared: [],
  walkFrom: "",
  walkTo: "",
  sampled: "",
};

/** Most typed points. */
export const MOST_POINTS = 24;

/** Rising indices as runs, "3-7.12": start, then how many follow. */
export function encodeIndices(indices: readonly number[]): string {
  const runs: string[] = [];
  for (let i = 0; i < indices.length;) {
    const start = indices[i]!;
    let more = 0;
    while (indices[i + more + 1] === start + more + 1) more++;
    runs.push(start.toString(36) + (more > 0 ? `-${more.toString(36)}` : ""));
    i += more + 1;
  }
  return runs.join(".");
}

/** The indices that {@link encodeIndices} wrote; what is no index is left out. */
export function decodeIndices(text: string): number[] {
  const found = new Set<number>();
  for (const run of text.split(".").slice(0, 20_000)) {
    const [start = NaN, more = 0] = run.split("-").map((part) => parseInt(part, 36));
    if (!(start >= 0 && more >= 0 && start + more < 100_000)) continue;
    for (let i = start; i <= start + more; i++) found.add(i);
  }
  return [...found].sort((a, b) => a - b);
}

/** The part of a link behind "#"; what is as at the start is left out. */
export function encodeState(state: ViewState): string {
  const params = new URLSearchParams();
  const set = (name: string, value: string | number, initial: string | number) => {
    if (value !== initial) params.set(name, String(value));
  };
  set("map", state.layout, INITIAL.layout);
  set("beside", state.second ?? "", "");
  set("seen", encodeSight(state.seen), "");
  set("beside-seen", encodeSight(state.secondSeen), "");
  set("colour", state.colour, INITIAL.colour);
  set("panel", state.panel, INITIAL.panel);
  set("theme", state.theme, INITIAL.theme);
  for (const { name, text } of state.points) {
    params.append("n", name);
    params.append("p", text);
  }
  set("at", state.active, -1);
  set("known", state.known, -1);
  set("search", state.search, "");
  set("by", state.meaning ? "meaning" : "words", "words");
  set("selected", encodeIndices(state.selected), "");
  set("hidden", state.hidden.join("."), "");
  for (const { id, name } of state.layers) params.append("layer", `${id}.${name}`);
  set("sort", state.sort, INITIAL.sort);
  set("order", state.falling ? "falling" : "rising", "falling");
  set("page", state.page, 0);
  set("condition", state.gallery, INITIAL.gallery);
  set("picture", state.picture, "");
  if (state.prompt !== undefined) params.set("prompt", state.prompt);
  set("seed", state.seed, INITIAL.seed);
  set("scale", state.scale, INITIAL.scale);
  set("steps", state.steps, INITIAL.steps);
  set("guidance", state.guidance, INITIAL.guidance);
  set("plus", state.plus ? 1 : 0, 1);
  for (const text of state.compared) params.append("compare", text);
  set("from", state.walkFrom, "");
  set("to", state.walkTo, "");
  set("drawn", state.sampled, "");
  return params.toString();
}

/** The state of a link; what is missing or makes no sense is as at the start. */
export function decodeState(fragment: string): ViewState {
  const params = new URLSearchParams(fragment.replace(/^#/u, ""));
  const one = <T extends string>(name: string, of: readonly T[], initial: T): T =>
    of.find((each) => each === params.get(name)) ?? initial;
  const number = (name: string, low: number, high: number, initial: number) => {
    const value = Number(params.get(name) ?? initial);
    return value >= low && value <= high ? value : initial;
  };
  const whole = (name: string, low: number, high: number, initial: number) =>
    Math.round(number(name, low, high, initial));
  const text = (name: string, most = 500) => (params.get(name) ?? "").slice(0, most);
  const layout = params.get("map"), second = params.get("beside"), prompt = params.get("prompt");
  const names = params.getAll("n");
  const points = params.getAll("p").slice(0, MOST_POINTS).map((typed, i) => ({
    name: (names[i] ?? "").slice(0, 40) || String.fromCharCode(65 + i),
    text: typed.slice(0, 500),
  }));
  return {
    layout: isLayoutId(layout) ? layout : INITIAL.layout,
    ...(isLayoutId(second) ? { second } : {}),
    seen: decodeSight(text("seen")),
    secondSeen: decodeSight(text("beside-seen")),
    colour: one("colour", COLOURINGS, INITIAL.colour),
    panel: one("panel", PANELS, INITIAL.panel),
    theme: one("theme", THEMES, INITIAL.theme),
    points,
    active: whole("at", -1, points.length - 1, -1),
    known: whole("known", -1, 99_999, -1),
    search: text("search"),
    meaning: params.get("by") === "meaning",
    selected: decodeIndices(text("selected", 60_000)),
    hidden: text("hidden", 400).split(".").filter(Boolean),
    layers: params.getAll("layer").slice(0, 8).map((layer) => ({
      id: layer.slice(0, 16),
      name: layer.slice(17, 100),
    })),
    sort: one("sort", COLUMNS, INITIAL.sort),
    falling: params.get("order") !== "rising",
    page: whole("page", 0, 9_999, 0),
    gallery: text("condition", 40) || INITIAL.gallery,
    picture: text("picture", 40_000),
    ...(prompt === null ? {} : { prompt: prompt.slice(0, 500) }),
    seed: whole("seed", 0, 999_999_999, INITIAL.seed),
    scale: number("scale", 0, 2, INITIAL.scale),
    steps: whole("steps", 1, 100, INITIAL.steps),
    guidance: number("guidance", 0, 30, INITIAL.guidance),
    plus: params.get("plus") !== "0",
    compared: params.getAll("compare").slice(0, 6).map((each) => each.slice(0, 500)),
    walkFrom: text("from"),
    walkTo: text("to"),
    sampled: one("drawn", ["", ...KINDS], ""),
  };
}
