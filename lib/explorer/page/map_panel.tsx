/// <reference lib="dom" />
/** One map with its layout's name, scores and tools. */
import { useEffect, useRef, useState } from "preact/hooks";
import { dimensionsOf, LAYOUT_IDS, type LayoutId, LAYOUTS, METHOD_TITLES } from "../api.ts";
import { createMapPlot, type DragMode, type MapPlot } from "./map_plot.ts";
import { framedLayer, framedPlace, type Known } from "./known_points.ts";
import type { MapContent } from "./map_content.ts";
import { colours, commit, dark, fail, known, knownNeighbours, layers, placed, view } from "./store.ts";

/** A layout's name, as people write it. */
export function layoutName(id: LayoutId): string {
  const { method, dimensions } = LAYOUTS[id];
  return `${METHOD_TITLES[method]}, ${dimensions}-D`;
}

function contentOf(here: Known, layout: LayoutId): MapContent {
  const { points, active, known: index, selected, hidden, layers: wanted } = view.value;
  const typed = points.flatMap(({ name, text }, i) => {
    const answer = placed.value.get(text);
    return answer ? [{ name, text, place: framedPlace(here, answer, layout), active: i === active }] : [];
  });
  const looked = points[active];
  const near = looked
    ? placed.value.get(looked.text)?.neighbours
    : index >= 0
    ? [{ index }, ...knownNeighbours.value.get(index) ?? []]
    : undefined;
  return {
    known: here,
    solid: dimensionsOf(layout) === 3,
    colours: colours.value!,
    dark: dark.value,
    hidden: new Set(hidden),
    ...(selected.length > 0 ? { selected: new Set(selected) } : {}),
    ringed: near?.map((each) => each.index) ?? [],
    typed,
    layers: wanted.flatMap(({ id }) => {
      const layer = layers.value.get(id);
      return layer ? [{ layer, places: framedLayer(here, layer, layout) }] : [];
    }),
  };
}

const DRAGS: readonly { readonly drag: DragMode; readonly name: string; readonly path: string }[] = [
  {
    drag: "pan",
    name: "Move the map",
    path: "M8 1v14M1 8h14M8 1L6 3M8 1l2 2M8 15l-2-2M8 15l2-2M1 8l2-2M1 8l2 2M15 8l-2-2M15 8l-2 2",
  },
  { drag: "select", name: "Choose by box", path: "M2 2h12v12H2z" },
  { drag: "lasso", name: "Choose by lasso", path: "M3 11C0 6 4 1.5 9 2s7 5.500 3.500 8.500S5 13.500 4 15" },
];

/** The state's field that holds what is seen of each. */
const SIGHTS = { layout: "seen", second: "secondSeen" } as const;

/** The map. `which` is the state's field that names its layout. */
export function MapPanel({ which }: { which: "layout" | "second" }) {
  const layout = view.value[which]!;
  const here = known.value;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<MapPlot | undefined>(undefined);
  const [drag, setDrag] = useState<DragMode>("pan");
  useEffect(() => {
    const element = box.current!;
    const made = createMapPlot(element, {
      onKnown: (index) => commit({ known: index, active: -1, panel: "point" }),
      onTyped: (index) => commit({ active: index, known: -1, panel: "point" }),
      onSelect: (selected) => commit({ selected, page: 0 }),
      // No step to go back to: a turn of the wheel is many of them.
      onSight: (sight) => commit({ [SIGHTS[which]]: sight }, { replace: true }),
    });
    plot.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.dispose();
      plot.current = undefined;
    };
  }, []);
  const seen = view.value[SIGHTS[which]];
  useEffect(() => plot.current?.look(seen), [seen]);
  const content = here && colours.value ? contentOf(here, layout) : undefined;
  useEffect(() => {
    if (!here || !content) return;
    try {
      plot.current?.show(content, here.layouts[layout], drag);
    } catch {
      fail(
        new Error("This browser has no WebGL, which the map needs; the table holds the same information"),
      );
    }
  }, [
    here,
    layout,
    drag,
    dark.value,
    colours.value,
    placed.value,
    layers.value,
    knownNeighbours.value,
    view.value.points,
    view.value.active,
    view.value.known,
    view.value.selected,
    view.value.hidden,
    view.value.layers,
  ]);
  const quality = here?.quality[layout];
  const solid = dimensionsOf(layout) === 3;
  const number = (value: number | undefined) => value === undefined ? "–" : value.toFixed(2);
  return (
    <section class="map" aria-label={`Map: ${layoutName(layout)}`}>
      <div class="map-head">
        <select
          aria-label={which === "layout" ? "Layout" : "Second layout"}
          value={layout}
          onChange={(event) => commit({ [which]: event.currentTarget.value as LayoutId })}
        >
          {LAYOUT_IDS.map((id) => <option key={id} value={id}>{layoutName(id)}</option>)}
        </select>
        <dl class="quality">
          <div title="Are neighbours on the map neighbours in 512 dimensions? 1 is best.">
            <dt>trustworthiness</dt>
            <dd>{number(quality?.trustworthiness)}</dd>
          </div>
          <div title="Share of the 10 nearest in 512 dimensions that are among the 10 nearest on the map.">
            <dt>neighbours kept</dt>
            <dd>{number(quality?.preservation)}</dd>
          </div>
          <div
            title={`Share of the 10 nearest on the map that are of the same task; in 512 dimensions ${
              number(here?.purity)
            }.`}
          >
            <dt>task purity</dt>
            <dd>{number(quality?.purity)}</dd>
          </div>
        </dl>
      </div>
      <div class="map-body">
        <div class="plot" ref={box} data-layout={layout} />
        <div class="map-tools" role="toolbar" aria-label="Map tools">
          {!solid && DRAGS.map(({ drag: own, name, path }) => (
            <button
              type="button"
              key={own}
              title={name}
              aria-label={name}
              aria-pressed={drag === own}
              onClick={() => setDrag(own)}
            >
              <svg viewBox="0 0 16 16" aria-hidden="true">
                <path d={path} />
              </svg>
            </button>
          ))}
          <button type="button" title="Nearer" aria-label="Nearer" onClick={() => plot.current?.zoom(0.7)}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M8 3v10M3 8h10" />
            </svg>
          </button>
          <button
            type="button"
            title="Farther"
            aria-label="Farther"
            onClick={() => plot.current?.zoom(1 / 0.7)}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M3 8h10" />
            </svg>
          </button>
          <button
            type="button"
            title="Show everything"
            aria-label="Show everything"
            onClick={() => plot.current?.reset()}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4" />
            </svg>
          </button>
        </div>
        {!here && (
          <div class="map-wait" role="status">
            <span class="spinner" />Loading the map
          </div>
        )}
      </div>
    </section>
  );
}
