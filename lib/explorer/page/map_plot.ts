/// <reference lib="dom" />
/** A map in an element: drawn by plotly, moved from layout to layout, with what is pointed at and chosen called back. */
import { columns, type MapContent, type MapTrace, mapTraces } from "./map_traces.ts";
import { followHand } from "./map_hand.ts";
import { type PlotElement, plotly } from "./plotly_page.ts";

/** What dragging does. */
export type DragMode = "pan" | "select" | "lasso";

/** What the map tells. */
export interface MapCalls {
  /** A mark was clicked: a known point's index, or a typed one's. */
  readonly onKnown: (index: number) => void;
  readonly onTyped: (index: number) => void;
  /** Marks were chosen by box or lasso; none: the choice was dropped. */
  readonly onSelect: (indices: readonly number[]) => void;
}

/** A drawn map. */
export interface MapPlot {
  /** Draws; where the places differ from those drawn, marks move there. */
  show(content: MapContent, places: Float32Array, drag: DragMode): void;
  /** Times the shown range; below 1 comes nearer. */
  zoom(factor: number): void;
  /** Shows everything. */
  reset(): void;
  resize(): void;
  dispose(): void;
}

const MOVE_MS = 700;
const EDGE = 1.08;

function layoutOf({ solid, dark }: MapContent, drag: DragMode, reach: number): Record<string, unknown> {
  const axis = { visible: false, showgrid: false, zeroline: false, range: [-reach, reach] };
  const ground = "rgba(0,0,0,0)";
  return {
    margin: { l: 0, r: 0, t: 0, b: 0 },
    showlegend: false,
    hovermode: "closest",
    dragmode: solid ? "orbit" : drag,
    uirevision: solid ? "solid" : "flat",
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
          camera: { eye: { x: 0.9, y: 0.9, z: 0.6 } },
        },
      }
      : { xaxis: axis, yaxis: { ...axis, scaleanchor: "x" } }),
  };
}

/** Marks above which drawing takes longer than a frame where there is no graphics card. */
const CROWDED = 10_000;

/** Pixels drawn for one of the page, each way: finer than the screen's only while the marks are few, since drawing takes its square. */
const finenessOf = (crowded: boolean) => crowded ? Math.max(1, Math.min(2, devicePixelRatio)) : 2;

const CONFIG = {
  displayModeBar: false,
  scrollZoom: true,
  responsive: false,
  showSendToCloud: false,
  showTips: false,
  doubleClick: false,
};

/** Whether there are so many marks that each drawing of them is felt. */
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
  let drawn:
    | { places: Float32Array; solid: boolean; content: MapContent; drag: DragMode; crowded: boolean }
    | undefined;
  let moving = 0, painted = 0, heard = false, fresh = true;
  const still = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  function listen(plot: PlotElement): void {
    if (heard) return;
    heard = true;
    plot.on("plotly_click", (event) => {
      const data = event?.points?.[0]?.customdata;
      if (typeof data === "number") calls.onKnown(data);
      else if (typeof data === "string" && data.startsWith("typed ")) calls.onTyped(Number(data.slice(6)));
    });
    plot.on("plotly_selected", (event) => {
      // plotly also tells when an outline goes, which is no choice of the user's: it then has no shape.
      if (!event?.points || !(event.range || event.lassoPoints)) return;
      const found = event.points.flatMap(({ customdata }) =>
        typeof customdata === "number" ? [customdata] : []
      );
      const indices = [...new Set(found)].sort((a, b) => a - b);
      setTimeout(() => calls.onSelect(indices)); // plotly is still at work on its outline
    });
    plot.on("plotly_doubleclick", () => calls.onSelect([]));
  }

  const hand = followHand(element, {
    holds: () => drawn?.crowded === true && !drawn.solid,
    pans: () => drawn?.drag === "pan",
    rest: (change) => plotly().relayout(element, change),
  });

  async function paint(content: MapContent, places: Float32Array, drag: DragMode): Promise<MapTrace[]> {
    const crowded = isCrowded(content);
    if (drawn && (drawn.solid !== content.solid || drawn.crowded !== crowded)) {
      plotly().purge(element);
      heard = false;
    }
    drawn = { places, solid: content.solid, content, drag, crowded };
    const traces = mapTraces(content, places);
    const layout = { ...layoutOf(content, drag, reachOf(places, content)), selectionrevision: ++painted };
    listen(
      await plotly().react(element, traces.map(({ trace }) => trace), layout, {
        ...CONFIG,
        plotGlPixelRatio: finenessOf(crowded),
      }),
    );
    element.dataset.drawn = String(painted);
    element.dataset.drag = drag;
    return traces;
  }

  async function move(content: MapContent, to: Float32Array, drag: DragMode): Promise<void> {
    const turn = ++moving;
    const from = drawn?.places ?? to;
    element.dataset.moving = "true";
    // Typed points, layers and rings wait at the end: they are drawn when all have arrived.
    const bare = { ...content, typed: [], layers: [], ringed: [] };
    const solid = content.solid || (drawn?.solid ?? false);
    const traces = await paint({ ...bare, solid }, from, drag);
    let began = NaN;
    for (let frames = 1;; frames++) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      if (turn !== moving) return;
      if (frames === 1) began = performance.now() - MOVE_MS / 10; // drawing the start may have taken long
      const time = Math.min(1, (performance.now() - began) / MOVE_MS);
      if (time >= 1) break;
      const eased = time * time * (3 - 2 * time);
      const now = from.map((value, i) => value + eased * (to[i]! - value));
      const parts = traces.map(({ shows }) => columns(now, shows!, solid));
      const change = Object.fromEntries(
        Object.keys(parts[0] ?? {}).map((axis) => [axis, parts.map((part) => part[axis])]),
      );
      await plotly().restyle(element, change, traces.map((_, i) => i));
      if (drawn) drawn = { ...drawn, places: now };
      element.dataset.frames = String(frames);
    }
    await paint(content, to, drag);
    delete element.dataset.moving;
  }

  return {
    show(content, places, drag) {
      const moved = drawn && !fresh && drawn.places !== places && drawn.places.length === places.length &&
        !still();
      fresh = false;
      if (moved) move(content, places, drag);
      else {
        moving++;
        delete element.dataset.moving;
        paint(content, places, drag);
      }
    },
    zoom(factor) {
      const layout = (element as PlotElement).layout;
      if (drawn?.solid) {
        const camera = layout?.scene?.camera as { eye: Record<"x" | "y" | "z", number> } | undefined;
        const eye = camera?.eye ?? { x: 0.9, y: 0.9, z: 0.6 };
        plotly().relayout(element, {
          "scene.camera.eye": { x: eye.x * factor, y: eye.y * factor, z: eye.z * factor },
        });
        return;
      }
      const change: Record<string, unknown> = {};
      for (const axis of ["xaxis", "yaxis"]) {
        const [low, high] = layout?.[axis]?.range ?? [-1, 1];
        const middle = (low + high) / 2, half = factor * (high - low) / 2;
        change[`${axis}.range`] = [middle - half, middle + half];
      }
      plotly().relayout(element, change);
    },
    reset() {
      if (!drawn) return;
      const reach = reachOf(drawn.places, drawn.content);
      plotly().relayout(
        element,
        drawn.solid
          ? { "scene.camera": { eye: { x: 0.9, y: 0.9, z: 0.6 } } }
          : { "xaxis.range": [-reach, reach], "yaxis.range": [-reach, reach] },
      );
    },
    resize() {
      // Refused while the map is hidden; it is resized again when it is shown.
      if (drawn) plotly().Plots.resize(element).catch(() => {});
    },
    dispose() {
      moving++;
      hand.dispose();
      if (drawn) plotly().purge(element);
    },
  };
}
