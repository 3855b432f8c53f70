/// <reference lib="dom" />
/** Where an instruction lands: nearest task, why, neighbours, and whether anything like it was trained. */
import type { Familiarity, Neighbour, PlacedAnswer } from "../api.ts";
import { EXAMPLE } from "./page_header.tsx";
import {
  commit,
  known,
  knownNeighbours,
  namePoint,
  placed,
  removePoint,
  typeText,
  view,
  whys,
} from "./store.ts";
import { lookOf, TaskMark, TaskName } from "./task_mark.tsx";

const EXAMPLES = [EXAMPLE, "put that same fellow on a beach", "make me a sandwich"];

const percent = (share: number) => `${Math.round(100 * share)} %`;

const FAMILIAR: Record<Familiarity, string> = {
  "trained": "Close to what was trained",
  "new wording": "A new wording of something trained",
  "far": "Far from anything trained",
};

function familiarSentence({ familiarity, nearerHeldOut, nearerTrained }: PlacedAnswer): string {
  switch (familiarity) {
    case "trained":
      return `Its nearest known instruction is as near as training instructions are to each other (${
        percent(nearerTrained)
      } are nearer to one).`;
    case "new wording":
      return `No training instruction is this near, but held-out ones are as far (${
        percent(nearerHeldOut)
      } are nearer). The map shows its place well.`;
    case "far":
      return `${
        percent(nearerHeldOut)
      } of held-out instructions are nearer to a trained one. Its place on the map means little, and the model may do anything.`;
  }
}

function Neighbours({ found }: { found: readonly Neighbour[] }) {
  const points = known.value!.points;
  return (
    <table class="near">
      <caption>Ten nearest training instructions</caption>
      <thead>
        <tr>
          <th scope="col">cosine</th>
          <th scope="col">task</th>
          <th scope="col">instruction</th>
        </tr>
      </thead>
      <tbody>
        {found.map(({ index, cosine }) => {
          const point = points[index]!;
          return (
            <tr key={index}>
              <td class="number">{cosine.toFixed(3)}</td>
              <td>
                <TaskMark task={point.task} />
                <span class="hidden-label">{point.task}</span>
              </td>
              <td>
                <button type="button" class="link" onClick={() => commit({ known: index, active: -1 })}>
                  {point.text}
                </button>
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Shares({ answer }: { answer: PlacedAnswer }) {
  const shares = answer.shares.filter(({ share }) => share > 0);
  return (
    <div class="shares">
      <div class="share-bar" aria-hidden="true">
        {shares.map(({ task, share }) => (
          <span key={task} style={{ flexGrow: share, background: lookOf(task)?.colour }} />
        ))}
      </div>
      <ul aria-label="Share of each task among the 50 nearest">
        {shares.map(({ task, share }) => (
          <li key={task}>
            <TaskName task={task} /> {percent(share)}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Why({ text }: { text: string }) {
  const answer = whys.value.get(text);
  const most = Math.max(1e-6, ...answer?.words.map(({ effect }) => Math.abs(effect)) ?? []);
  return (
    <div class="why">
      <h3>Which words decide</h3>
      <p class="words">
        {answer
          ? answer.words.map(({ word, effect }, i) => (
            <span
              key={i}
              class={effect >= 0 ? "for" : "against"}
              style={{ "--weight": String(Math.abs(effect) / most) }}
              title={`Without it the lead of ${answer.task} ${effect >= 0 ? "falls" : "grows"} by ${
                Math.abs(effect).toFixed(3)
              }`}
            >
              {word}
              <span class="hidden-label">({effect >= 0 ? "+" : "−"}{Math.abs(effect).toFixed(3)})</span>
            </span>
          ))
          : text}
      </p>
      <p class="quiet">
        {answer
          ? <>Solid: without the word {answer.task} leads by less. Dotted: by more.</>
          : "Leaving out one word after the other …"}
      </p>
    </div>
  );
}

function Typed({ index }: { index: number }) {
  const point = view.value.points[index]!;
  const answer = placed.value.get(point.text);
  const task = answer?.shares[0]?.task;
  return (
    <article aria-label={`Typed instruction ${point.name}`}>
      <p class="quoted">“{point.text}”</p>
      {answer && task
        ? (
          <>
            <p class="verdict">
              <span>
                Nearest to{" "}
                <strong>
                  <TaskName task={task} />
                </strong>
              </span>
              <span class="quiet">margin {answer.margin.toFixed(3)}</span>
            </p>
            <Shares answer={answer} />
            <div class={`familiar ${answer.familiarity.replace(" ", "-")}`}>
              <strong>{FAMILIAR[answer.familiarity]}</strong>
              <span>
                {familiarSentence(answer)} Nearest cosine {answer.neighbours[0]!.cosine.toFixed(3)}.
              </span>
            </div>
            <button type="button" class="primary wide" onClick={() => commit({ panel: "pictures" })}>
              See what it makes
            </button>
            <Why text={point.text} />
            <Neighbours found={answer.neighbours} />
          </>
        )
        : (
          <p class="quiet" role="status">
            <span class="spinner" />Placing it
          </p>
        )}
    </article>
  );
}

function KnownInstruction({ index }: { index: number }) {
  const point = known.value!.points[index]!;
  const found = knownNeighbours.value.get(index);
  const split = point.split === "train" ? "training" : point.split === "fixed" ? "fixed prompt" : "held out";
  return (
    <article aria-label="Known instruction">
      <p class="quoted">“{point.text}”</p>
      <p class="verdict">
        <strong>
          <TaskName task={point.task} />
        </strong>
        <span class="quiet">{split} · {point.words} words · margin {point.margin.toFixed(3)}</span>
      </p>
      <p class="quiet">Template: {point.template}</p>
      <div class="buttons">
        <button type="button" onClick={() => typeText(point.text)}>Keep as a point of mine</button>
        <button type="button" onClick={() => commit({ panel: "pictures" })}>See what it makes</button>
      </div>
      {found && <Neighbours found={found} />}
    </article>
  );
}

/** The panel. */
export function PointPanel() {
  const { points, active, known: index } = view.value;
  const there = known.value?.points[index] !== undefined;
  return (
    <div class="panel-body">
      {points.length > 0 && (
        <ul class="typed" aria-label="Typed instructions">
          {points.map((point, i) => (
            <li key={point.text} class={i === active ? "active" : ""}>
              <input
                aria-label={`Name of the point “${point.text}”`}
                value={point.name}
                maxLength={40}
                style={{ width: `${Math.max(2, point.name.length) + 2}ch` }}
                onChange={(event) => namePoint(i, event.currentTarget.value)}
              />
              <button
                type="button"
                class="link"
                aria-pressed={i === active}
                onClick={() => commit({ active: i, known: -1 })}
              >
                {point.text}
              </button>
              {placed.value.get(point.text) && (
                <TaskMark task={placed.value.get(point.text)!.shares[0]!.task} />
              )}
              <button
                type="button"
                class="remove"
                aria-label={`Remove the point “${point.text}”`}
                onClick={() => removePoint(i)}
              >
                ×
              </button>
            </li>
          ))}
        </ul>
      )}
      {points[active]
        ? <Typed index={active} />
        : there
        ? <KnownInstruction index={index} />
        : (
          <div class="empty">
            <h3>Nothing is looked at yet</h3>
            <p>Type an instruction above, click a mark on the map, or try one of these:</p>
            <ul class="examples">
              {EXAMPLES.map((text) => (
                <li key={text}>
                  <button type="button" disabled={!known.value} onClick={() => typeText(text)}>
                    “{text}”
                  </button>
                </li>
              ))}
            </ul>
          </div>
        )}
    </div>
  );
}
