/// <reference lib="dom" />
/** What an instruction makes: the condition, the settings, what is compared and walked. */
import { EXAMPLE } from "./page_header.tsx";
import { ConditionPicker } from "./condition_picker.tsx";
import {
  cancel,
  promptInForce,
  samplePictures,
  sampleTasks,
  sampleWalk,
  sampling,
  wantedTexts,
} from "./sampling.ts";
import { Results } from "./picture_results.tsx";
import { allOf } from "./task_rows.ts";
import { commit, known, lookedAt, tasks, typeText, view } from "./store.ts";

/** A number with its slider. */
function Slider(
  { name, label, low, high, step }: {
    name: "scale" | "steps" | "guidance";
    label: string;
    low: number;
    high: number;
    step: number;
  },
) {
  const value = view.value[name];
  return (
    <label class="slider">
      <span>
        {label} <output>{value}</output>
      </span>
      <input
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        onChange={(event) => commit({ [name]: Number(event.currentTarget.value) })}
      />
    </label>
  );
}

function Compared() {
  const { points, compared } = view.value;
  const looked = lookedAt.value;
  const offered = [
    ...points,
    ...(looked !== undefined && !points.some(({ text }) => text === looked)
      ? [{ name: "", text: looked }]
      : []),
    ...tasks.value.map(({ fixed }) => ({ name: "fixed", text: fixed })),
  ].filter(({ text }, i, all) => all.findIndex((other) => other.text === text) === i);
  const wanted = wantedTexts();
  return (
    <details class="compare" open={compared.length > 0}>
      <summary>Compare instructions ({wanted.length} chosen)</summary>
      <ul>
        {offered.map(({ name, text }) => (
          <li key={text}>
            <label>
              <input
                type="checkbox"
                checked={wanted.includes(text)}
                disabled={!wanted.includes(text) && wanted.length >= 6}
                onChange={(event) =>
                  commit({
                    compared: event.currentTarget.checked
                      ? [...wanted, text]
                      : wanted.filter((each) => each !== text),
                  })}
              />
              {name && <b>{name}</b>} {text}
            </label>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Walk() {
  const { points, walkFrom, walkTo } = view.value;
  const offered = [
    ...new Set([...points.map(({ text }) => text), ...tasks.value.map(({ fixed }) => fixed)]),
  ];
  const from = offered.includes(walkFrom) ? walkFrom : offered[0]!;
  const to = offered.includes(walkTo) && walkTo !== from ? walkTo : offered.find((text) => text !== from)!;
  const choose = (name: "walkFrom" | "walkTo", label: string, value: string) => (
    <label>
      {label}
      <select
        aria-label={label}
        value={value}
        onChange={(event) => commit({ [name]: event.currentTarget.value })}
      >
        {offered.map((text) => <option key={text} value={text}>{text}</option>)}
      </select>
    </label>
  );
  return (
    <details class="walk" open={view.value.sampled === "walk"}>
      <summary>Walk between two instructions</summary>
      {choose("walkFrom", "From", from)}
      {choose("walkTo", "To", to)}
      <button type="button" onClick={() => sampleWalk(from, to)}>Walk</button>
    </details>
  );
}

/** The panel. */
export function PicturePanel() {
  const studio = known.value?.studio;
  if (known.value && !studio) {
    return (
      <div class="panel-body">
        <p class="empty">This explorer was started without models: it makes no pictures.</p>
      </div>
    );
  }
  const made = sampling.value;
  const running = made?.running ?? false;
  const texts = wantedTexts();
  return (
    <div class="panel-body">
      {texts.length === 0
        ? (
          <div class="empty">
            <p>Pictures need an instruction: type one above, or</p>
            <button
              type="button"
              disabled={!known.value}
              onClick={() => {
                typeText(EXAMPLE);
                commit({ panel: "pictures" }, { replace: true });
              }}
            >
              take “{EXAMPLE}”
            </button>
          </div>
        )
        : (
          <p class="quoted">
            {texts.length === 1 ? `“${texts[0]}”` : `${texts.length} instructions, same noise`}
          </p>
        )}
      <ConditionPicker />
      <label class="prompt">
        Prompt: what the picture shows
        <input
          value={promptInForce()}
          maxLength={500}
          onChange={(event) => commit({ prompt: event.currentTarget.value })}
        />
      </label>
      <div class="settings">
        <label>
          Seed
          <input
            type="number"
            min={0}
            max={999999999}
            value={view.value.seed}
            onChange={(event) => {
              const seed = Math.round(event.currentTarget.valueAsNumber);
              if (seed >= 0 && seed <= 999_999_999) commit({ seed });
            }}
          />
        </label>
        <Slider name="scale" label="Adapter scale" low={0} high={1.5} step={0.05} />
        <Slider name="steps" label="Steps" low={5} high={50} step={5} />
        <Slider name="guidance" label="Guidance" low={1} high={10} step={0.5} />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={view.value.plus}
          onChange={(event) => commit({ plus: event.currentTarget.checked })}
        />
        IPAdapter+ beside it
      </label>
      <Compared />
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={texts.length === 0}
          onClick={samplePictures}
        >
          Make pictures
        </button>
        <button
          type="button"
          disabled={!studio}
          title="One picture under each task’s own instruction: same condition, prompt and noise"
          onClick={sampleTasks}
        >
          {allOf(tasks.value)}
        </button>
        <button type="button" disabled={!running} onClick={cancel}>Cancel</button>
      </div>
      <Walk />
      {made && <Results made={made} />}
      <p class="quiet">{studio?.note} Made by {studio?.adapter}.</p>
    </div>
  );
}
