/// <reference lib="dom" />
/** The page. */
import "./page.css";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { samplePictures, sampleTasks, sampleWalk, sampling } from "./sampling.ts";
import { Legend } from "./legend.tsx";
import { MapPanel } from "./map_panel.tsx";
import { PageHeader } from "./page_header.tsx";
import { PicturePanel } from "./picture_panel.tsx";
import { PointPanel } from "./point_panel.tsx";
import { commit, known, openPage, redo, said, trouble, undo, view } from "./store.ts";
import { TablePanel } from "./table_panel.tsx";
import { type Panel, PANELS } from "./view_state.ts";

const NAMES: Record<Panel, string> = { point: "Where it lands", pictures: "What it makes", table: "Table" };

/** Ctrl+Z and Ctrl+Shift+Z, outside of fields. */
function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (/^(INPUT|TEXTAREA)$/u.test(target.tagName) && (target as HTMLInputElement).type !== "radio") return;
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z") return;
  event.preventDefault();
  if (event.shiftKey) redo();
  else undo();
}

function Tabs() {
  const { panel } = view.value;
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = PANELS[(PANELS.indexOf(panel) + step + PANELS.length) % PANELS.length]!;
    commit({ panel: next });
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Panels" onKeyDown={move}>
      {PANELS.map((each) => (
        <button
          type="button"
          key={each}
          id={`tab-${each}`}
          role="tab"
          aria-selected={each === panel}
          aria-controls="panel"
          tabIndex={each === panel ? 0 : -1}
          onClick={() => commit({ panel: each })}
        >
          {NAMES[each]}
        </button>
      ))}
    </div>
  );
}

function Page() {
  useEffect(() => {
    addEventListener("keydown", onKey);
    openPage().then(() => {
      const { sampled, walkFrom, walkTo } = view.value;
      if (!known.value?.studio || sampling.value) return;
      if (sampled === "pictures") samplePictures();
      if (sampled === "tasks") sampleTasks();
      if (sampled === "walk" && walkFrom && walkTo) sampleWalk(walkFrom, walkTo);
    });
    return () => removeEventListener("keydown", onKey);
  }, []);
  const { panel, second } = view.value;
  return (
    <>
      <PageHeader />
      <div class="troubles">
        {trouble.value && (
          <div class="trouble" role="alert">
            <span>{trouble.value}</span>
            <button type="button" aria-label="Close the message" onClick={() => trouble.value = ""}>×</button>
          </div>
        )}
      </div>
      <main class={panel === "table" ? "wide" : ""}>
        <div class="maps-and-legend">
          <div class={`maps${second ? " two" : ""}`}>
            <MapPanel which="layout" />
            {second && <MapPanel which="second" />}
          </div>
          <Legend />
        </div>
        <section class="panel" aria-label="Details">
          <Tabs />
          <div id="panel" role="tabpanel" aria-labelledby={`tab-${panel}`} tabIndex={-1}>
            {panel === "point" ? <PointPanel /> : panel === "pictures" ? <PicturePanel /> : <TablePanel />}
          </div>
        </section>
      </main>
      <div class="hidden-label" role="status" aria-live="polite">{said.value}</div>
    </>
  );
}

render(<Page />, document.getElementById("page")!);
