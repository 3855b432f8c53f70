/// <reference lib="dom" />
/** What an instruction makes: the condition, the settings, the pictures as they appear. */
import { FIXED_INSTRUCTIONS } from "../../instructions/fixed_instructions.ts";
import { TASKS } from "../../instructions/task_keywords.ts";
import { EXAMPLE } from "./page_header.tsx";
import { ConditionPicker } from "./condition_picker.tsx";
import {
  cancel,
  type Drawing,
  drawing,
  type Drawn,
  type DrawnRow,
  drawPictures,
  drawWalk,
  NOISES,
  promptInForce,
  wantedTexts,
} from "./drawing.ts";
import { commit, gallery, known, lookedAt, typeText, view } from "./store.ts";

function Scores({ scores }: { scores: Readonly<Record<string, number>> }) {
  return (
    <dl class="scores">
      {Object.entries(scores).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value.toFixed(2)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Means over finished pictures. */
function meanScores(pictures: readonly (Drawn | undefined)[]): Record<string, number> | undefined {
  const all = pictures.flatMap((picture) => picture?.scores ? [picture.scores] : []);
  if (all.length === 0) return undefined;
  return Object.fromEntries(
    Object.keys(all[0]!).map((name) => [
      name,
      all.reduce((sum, scores) => sum + (scores[name] ?? 0), 0) / all.length,
    ]),
  );
}

function Picture({ drawn, alt }: { drawn: Drawn | undefined; alt: string }) {
  const scores = drawn?.scores;
  const told = scores &&
    Object.entries(scores).map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ");
  return (
    <div class={`picture${drawn ? scores ? " finished" : " making" : " waiting"}`}>
      {drawn && (
        <img src={drawn.source} alt={told ? `${alt}; ${told}` : alt} title={told} width={64} height={64} />
      )}
    </div>
  );
}

function Row({ row, what }: { row: DrawnRow; what: string }) {
  const means = row.pictures.length === NOISES ? meanScores(row.pictures) : undefined;
  return (
    <figure class={row.pictures.length > NOISES ? "row strip" : "row"}>
      <figcaption>{row.label}</figcaption>
      <div class="pictures">
        {row.pictures.map((picture, i) => (
          <Picture key={i} drawn={picture} alt={`${what} ${i + 1}: ${row.label}`} />
        ))}
      </div>
      {row.pictures.length === NOISES && (means ? <Scores scores={means} /> : <div class="scores" />)}
    </figure>
  );
}

function Results({ made }: { made: Drawing }) {
  const { rows, plus, target, running, done, total, seconds, notes, problem } = made;
  const item = gallery.value?.find(({ id }) => id === view.value.gallery);
  const typical = item && known.value?.studio?.typical?.[item.task];
  return (
    <section class="results" aria-label="Pictures" aria-busy={running} data-drawing={made.number}>
      <div class="progress-line" role="status">
        {running
          ? (
            <>
              <progress max={total || 1} value={done} aria-label="Steps" />
              <span>{total > 0 ? `${done} of ${total} steps` : "Waking the models"}</span>
            </>
          )
          : problem ?? `Made in ${seconds?.toFixed(1)} s. Scores are means over each row, by the judge.`}
      </div>
      {rows.map((row) => <Row key={row.label} row={row} what={made.kind === "walk" ? "Step" : "Picture"} />)}
      {plus && <Row row={plus} what="IPAdapter+" />}
      {made.kind === "pictures" && target && (
        <figure class="row">
          <figcaption>The condition, and the ground truth of this item</figcaption>
          <div class="pictures">
            <div class="picture">
              <img
                src={made.condition}
                alt="Condition"
                width={64}
                height={64}
              />
            </div>
            <Picture drawn={target} alt="Ground truth" />
          </div>
          {target.scores && <Scores scores={target.scores} />}
        </figure>
      )}
      {typical && made.kind === "pictures" && (
        <p class="quiet">
          Table 1’s joint model on held-out {item.task} items:{" "}
          {["CLIP-I", "CLIP-P", "CLIP-S", "CLIP-T"].filter((name) => typical[name] !== undefined)
            .map((name) => `${name} ${typical[name]!.toFixed(2)}`).join(", ")}.
        </p>
      )}
      {notes.map((note) => <p key={note} class="note">{note}.</p>)}
    </section>
  );
}

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
    ...TASKS.map((task) => ({ name: "fixed", text: FIXED_INSTRUCTIONS[task] })),
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

function Walk({ running }: { running: boolean }) {
  const { points, walkFrom, walkTo } = view.value;
  const offered = [
    ...new Set([...points.map(({ text }) => text), ...TASKS.map((task) => FIXED_INSTRUCTIONS[task])]),
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
    <details class="walk" open={view.value.drawn === "walk"}>
      <summary>Walk between two instructions</summary>
      {choose("walkFrom", "From", from)}
      {choose("walkTo", "To", to)}
      <button type="button" disabled={running} onClick={() => drawWalk(from, to)}>Walk</button>
    </details>
  );
}

/** The panel. */
export function PicturePanel() {
  const studio = known.value?.studio;
  if (known.value && !studio) {
    return (
      <div class="panel-body">
        <p class="empty">This explorer was started without models: it draws nothing.</p>
      </div>
    );
  }
  const made = drawing.value;
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
        Prompt: what to draw
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
        <button type="button" class="primary" disabled={running || texts.length === 0} onClick={drawPictures}>
          Make pictures
        </button>
        <button type="button" disabled={!running} onClick={cancel}>Cancel</button>
      </div>
      <Walk running={running} />
      {made && <Results made={made} />}
      <p class="quiet">{studio?.note} Drawn by {studio?.adapter}.</p>
    </div>
  );
}
