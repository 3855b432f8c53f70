/// <reference lib="dom" />
/** A map in an element: rendered by plotly, moved from layout to layout, with what is pointed at and chosen called back. */
import { columns, type MapContent, type MapTrace } from "./map_content.ts";
import { mapTraces, typedNotes } from "./map_traces.ts";
import { followHand } from "./map_hand.ts";
import { followPress } from "./map_press.ts";
import { type PlotElement, plotly } from "./plotly_page.ts";
import { cameraOf, flatSight, rangesOf, sameSight, type Sight, solidSight, WHOLE } from "./sight.ts";

/** What dragging does. */
export type DragMode = "pan" | "select" | "lasso";

/** What the map calls back. */
export interface MapCalls {
  /** A mark was clicked: a known point's index, or a typed one's. */
  readonly onKnown: (index: number) => void;
  readonly onTyped: (index: number) => void;
  /** Marks were chosen by box or lasso; none: the choice was dropped. */
  readonly onSelect: (indices: readonly number[]) => void;
  /** The hand came nearer, went farther or aside. */
  readonly onSight: (sight: Sight) => void;
}

/** A rendered map. */
export interface MapPlot {
  /** Renders; where the places differ from those rendered, marks move there. */
  show(content: MapContent, places: Float32Array, drag: DragMode): void;
  /** Shows this part from now on; one of the plane says nothing of space, and the other way round. */
  look(sight: Sight): void;
  /** Times the shown range; below 1 comes nearer. */
  zoom(factor: number): void;
  /** Shows everything. */
  reset(): void;
  resize(): void;
  dispose(): void;
}

const MOVE_MS = 700;
const EDGE = 1.08;
/** Milliseconds after which a map in space has done what a turn of the wheel asked of it. */
const MOVED_MS = 150;

/** What is rendered around the marks. */
interface Setting {
  readonly drag: DragMode;
  readonly sight: Sight;
  /** How far the marks reach from the centre. */
  readonly reach: number;
}

function layoutOf(content: MapContent, { drag, sight, reach }: Setting): Record<string, unknown> {
  const { solid, dark } = content;
  const bare = { visible: false, showgrid: false, zeroline: false };
  const axis = { ...bare, range: [-reach, reach] };
  const { x, y } = rangesOf(sight, reach);
  const ground = "rgba(0,0,0,0)";
  return {
    margin: { l: 0, r: 0, t: 0, b: 0 },
    showlegend: false,
    hovermode: "closest",
    dragmode: solid ? "orbit" : drag,
    // The choice shows in the marks: its outline would stay behind when it is changed elsewhere.
    selections: [],
    paper_bgcolor: ground,
    plot_bgcolor: ground,
    hoverlabel: {
      align: "left",
      font: { family: "system-ui, sans-serif", size: 13, color: dark ? "#f2f4f6" : "#14181d" },
      bgcolor: dark ? "#232a32" : "#ffffff",
      bordercolor: dark ? "#55606c" : "#b9c0c8",
    },
    newselection: { line: { color: dark ? "#ffffff" : "#111111", width: 1.5 } },
    ...(solid
      ? {
        scene: {
          xaxis: axis,
          yaxis: axis,
          zaxis: axis,
          aspectmode: "cube",
          camera: cameraOf(sight),
          annotations: typedNotes(content),
        },
      }
      : { xaxis: { ...bare, range: [...x] }, yaxis: { ...bare, range: [...y], scaleanchor: "x" } }),
  };
}

/** Marks above which rendering takes longer than a frame where there is no graphics card. */
const CROWDED = 10_000;

/** Pixels rendered for one of the page, each way: finer than the screen's only while the marks are few, since rendering takes its square. */
const finenessOf = (crowded: boolean) => crowded ? Math.max(1, Math.min(2, devicePixelRatio)) : 2;

const CONFIG = {
  displayModeBar: false,
  scrollZoom: true,
  responsive: false,
  showSendToCloud: false,
  showTips: false,
  doubleClick: false,
};

/** Whether there are so many marks that each rendering of them is felt. */
function isCrowded({ known, layers }: MapContent): boolean {
  return layers.reduce((sum, { layer }) => sum + layer.texts.length, known.points.length) > CROWDED;
}

/** How far the marks reach from the centre. */
function reachOf(places: Float32Array, { typed, layers }: MapContent): number {
  let reach = 1;
  for (const cloud of [places, ...typed.map(({ place }) => place), ...layers.map((layer) => layer.places)]) {
    for (const value of cloud) reach = Math.max(reach, Math.abs(value));
  }
  return EDGE * reach;
}

/** Makes a map in an element. */
export function createMapPlot(element: HTMLElement, calls: MapCalls): MapPlot {
  let rendered:
    | { places: Float32Array; solid: boolean; content: MapContent; drag: DragMode; crowded: boolean }
    | undefined;
  let moving = 0, painted = 0, heard = false, fresh = true;
  let sight = WHOLE, facing = 0;
  let looking: ReturnType<typeof setTimeout> | undefined;
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function listen(plot: PlotElement): void {
    if (heard) return;
    heard = true;
    plot.on("plotly_click", async (event) => {
      const data = event?.points?.[0]?.customdata;
      // In space plotly reports a click when the button goes down, which is also how turning begins.
      if (rendered?.solid && !await released.atRest()) return;
      if (typeof data === "number") calls.onKnown(data);
      else if (data) calls.onTyped(data.typed);
    });
    plot.on("plotly_selected", (event) => {
      // plotly also reports when an outline goes, which is no choice of the user's: it then has no shape.
      if (!event?.points || !(event.range || event.lassoPoints)) return;
      const found = event.points.flatMap(({ customdata }) =>
        typeof customdata === "number" ? [customdata] : []
      );
      const indices = [...new Set(found)].sort((a, b) => a - b);
      setTimeout(() => calls.onSelect(indices)); // plotly is still at work on its outline
    });
    plot.on("plotly_doubleclick", () => calls.onSelect([]));
    plot.on("plotly_relayout", (change) => {
      if (facing > 0) return;
      const names = Object.keys(change ?? {});
      if (rendered?.solid && names.every((name) => name.startsWith("scene"))) {
        // Of a turn of the wheel plotly reports before it has moved, the first time by no name at all.
        clearTimeout(looking);
        looking = setTimeout(report, MOVED_MS);
      } else if (names.some((name) => /^[xy]axis\.range/u.test(name))) report();
    });
  }

  /** Reports what is seen. */
  function report(): void {
    const { layout, _fullLayout: full } = element as PlotElement;
    const next = rendered?.solid
      ? solidSight(full!.scene!._scene.getCamera())
      : flatSight({ x: layout!.xaxis!.range!, y: layout!.yaxis!.range! });
    if (!sameSight(next, sight)) calls.onSight(sight = next);
  }

  /** Renders all marks as this sight has them, which is no doing of the hand. */
  async function face(next: Sight): Promise<void> {
    sight = next;
    if (!rendered) return;
    const { x, y } = rangesOf(sight, reachOf(rendered.places, rendered.content));
    facing++;
    try {
      await plotly().relayout(
        element,
        rendered.solid
          ? { "scene.camera": cameraOf(sight) }
          : { "xaxis.range": [...x], "yaxis.range": [...y] },
      );
    } finally {
      facing--;
    }
  }

  const released = followPress(element);
  const hand = followHand(element, {
    holds: () => rendered?.crowded === true && !rendered.solid,
    pans: () => rendered?.drag === "pan",
    rest: (change) => plotly().relayout(element, change),
  });

  async function paint(content: MapContent, places: Float32Array, drag: DragMode): Promise<MapTrace[]> {
    const crowded = isCrowded(content);
    if (rendered && (rendered.solid !== content.solid || rendered.crowded !== crowded)) {
      plotly().purge(element);
      heard = false;
    }
    rendered = { places, solid: content.solid, content, drag, crowded };
    const traces = mapTraces(content, places);
    const layout = {
      ...layoutOf(content, { drag, sight, reach: reachOf(places, content) }),
      selectionrevision: ++painted,
    };
    listen(
      await plotly().react(element, traces.map(({ trace }) => trace), layout, {
        ...CONFIG,
        plotGlPixelRatio: finenessOf(crowded),
      }),
    );
    element.dataset.rendered = String(painted);
    element.dataset.drag = drag;
    return traces;
  }

  async function move(content: MapContent, to: Float32Array, drag: DragMode): Promise<void> {
    const turn = ++moving;
    const from = rendered?.places ?? to;
    element.dataset.moving = "true";
    // Typed points, layers and rings wait at the end: they are rendered when all have arrived.
    const bare = { ...content, typed: [], layers: [], ringed: [] };
    const solid = content.solid || (rendered?.solid ?? false);
    const traces = await paint({ ...bare, solid }, from, drag);
    let began = NaN;
    for (let frames = 1;; frames++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (turn !== moving) return;
      if (frames === 1) began = performance.now() - MOVE_MS / 10; // rendering the start may have taken long
      const time = Math.min(1, (performance.now() - began) / MOVE_MS);
      if (time >= 1) break;
      const eased = time * time * (3 - 2 * time);
      const now = from.map((value, i) => value + eased * (to[i]! - value));
      const parts = traces.map(({ shows }) => columns(now, shows!, solid));
      const change = Object.fromEntries(
        Object.keys(parts[0] ?? {}).map((axis) => [axis, parts.map((part) => part[axis])]),
      );
      await plotly().restyle(element, change, traces.map((_, i) => i));
      if (rendered) rendered = { ...rendered, places: now };
      element.dataset.frames = String(frames);
    }
    await paint(content, to, drag);
    delete element.dataset.moving;
  }

  return {
    show(content, places, drag) {
      const moved = rendered && !fresh && rendered.places !== places &&
        rendered.places.length === places.length &&
        !still();
      fresh = false;
      if (moved) move(content, places, drag);
      else {
        moving++;
        delete element.dataset.moving;
        paint(content, places, drag);
      }
    },
    look(next) {
      if (!sameSight(next, sight)) face(next);
    },
    zoom(factor) {
      if (rendered?.solid) {
        const { eye: { x, y, z }, ...rest } = cameraOf(sight);
        const eye = { x: x * factor, y: y * factor, z: z * factor };
        plotly().relayout(element, { "scene.camera": { ...rest, eye } });
        return;
      }
      const { xaxis, yaxis } = (element as PlotElement).layout ?? {};
      const about = ([low, high]: readonly [number, number] = [-1, 1]) => {
        const middle = (low + high) / 2, half = factor * (high - low) / 2;
        return [middle - half, middle + half];
      };
      plotly().relayout(element, {
        "xaxis.range": about(xaxis?.range),
        "yaxis.range": about(yaxis?.range),
      });
    },
    reset() {
      face(WHOLE);
      calls.onSight(WHOLE);
    },
    resize() {
      // Refused while the map is hidden; it is resized again when it is shown.
      if (rendered) plotly().Plots.resize(element).catch(() => {});
    },
    dispose() {
      moving++;
      clearTimeout(looking);
      hand.dispose();
      released.dispose();
      if (rendered) plotly().purge(element);
    },
  };
}
