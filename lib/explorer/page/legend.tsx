/// <reference lib="dom" />
/** What marks mean, what they are coloured by, and switches that hide them. */
import { RAMP } from "./colouring.ts";
import { colours, commit, known, tasks, view } from "./store.ts";
import { TaskMark } from "./task_mark.tsx";
import { type Colouring, COLOURINGS } from "./view_state.ts";

const NAMES: Record<Colouring, string> = {
  task: "task",
  length: "length",
  opening: "opening words",
  template: "template",
  margin: "margin",
};

function toggle(id: string): void {
  const { hidden } = view.value;
  commit({ hidden: hidden.includes(id) ? hidden.filter((each) => each !== id) : [...hidden, id] });
}

function Switch({ id, children }: { id: string; children: preact.ComponentChildren }) {
  const shown = !view.value.hidden.includes(id);
  return (
    <button type="button" class="switch" aria-pressed={shown} onClick={() => toggle(id)}>
      {children}
    </button>
  );
}

/** The legend below the map. */
export function Legend() {
  const { colour, layers } = view.value;
  const shades = colours.value;
  return (
    <section class="legend" aria-label="Legend">
      <label class="colour-by">
        Colour
        <select
          aria-label="Colour by"
          value={colour}
          onChange={(event) => commit({ colour: event.currentTarget.value as Colouring })}
        >
          {COLOURINGS.map((each) => <option key={each} value={each}>{NAMES[each]}</option>)}
        </select>
      </label>
      <div class="switches" role="group" aria-label="Shown on the map">
        {tasks.value.map(({ id: task }) => (
          <Switch key={task} id={task}>
            <TaskMark task={task} />
            {task}
          </Switch>
        ))}
        <Switch id="held-out">
          <svg class="mark ink" viewBox="0 0 12 12" aria-hidden="true">
            <circle cx="6" cy="6" r="4" />
          </svg>
          held out
        </Switch>
        <Switch id="fixed">
          <svg class="mark ink" viewBox="0 0 12 12" aria-hidden="true">
            <path d="M2 2l8 8M10 2l-8 8" />
          </svg>
          fixed prompts
        </Switch>
        {layers.map(({ id, name }) => (
          <span class="layer" key={id}>
            <Switch id={id}>{name}</Switch>
            <button
              type="button"
              class="remove"
              aria-label={`Remove the layer ${name}`}
              onClick={() => commit({ layers: layers.filter((layer) => layer.id !== id) })}
            >
              ×
            </button>
          </span>
        ))}
      </div>
      {shades?.range && (
        <div class="ramp">
          <span>{shades.range.low}</span>
          <span class="ramp-bar" style={{ background: `linear-gradient(90deg, ${RAMP.join(", ")})` }} />
          <span>{shades.range.high}</span>
          <span class="quiet">{shades.range.what}</span>
        </div>
      )}
      {shades?.named && (
        <ul class="named">
          {shades.named.map(({ name, colour: own, count }) => (
            <li key={name}>
              <span class="swatch" style={{ background: own }} />
              {name} <span class="quiet">{count}</span>
            </li>
          ))}
        </ul>
      )}
      {!known.value && <span class="quiet">…</span>}
    </section>
  );
}
