/// <reference lib="dom" />
/** The map's twin: the same instructions as a table for keyboard and screen reader, with counts, search and export. */
import { useState } from "preact/hooks";
import { dimensionsOf } from "../api.ts";
import { plotly } from "./plotly_page.ts";
import { type KnownPoint, searchWords } from "./known_points.ts";
import { getFigure, searchMeaning } from "./calls.ts";
import { commit, fail, known, placed, said, tasks, view } from "./store.ts";
import { TaskMark } from "./task_mark.tsx";
import { csvOf, sortedRows } from "./table_rows.ts";
import type { Column } from "./view_state.ts";

const PAGE = 50;
/** Hits of a search by meaning. */
const MEANT = 100;

const HEADS: readonly { readonly column: Column; readonly name: string; readonly title: string }[] = [
  { column: "text", name: "Instruction", title: "" },
  { column: "task", name: "Task", title: "" },
  { column: "split", name: "Set", title: "training, held out or fixed prompt" },
  { column: "words", name: "Words", title: "number of words" },
  { column: "nearest", name: "Nearest", title: "cosine to the nearest other training instruction" },
  { column: "margin", name: "Margin", title: "cosine to the own task less that to the next" },
];

/** Saves a file on the user's machine. */
function save(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

async function saveFigure(format: "svg" | "png"): Promise<void> {
  const { layout, points } = view.value;
  const name = `instructions-${layout}.${format}`;
  if (dimensionsOf(layout) === 2) {
    return save(
      name,
      await getFigure({ layout, format, typed: points.map(({ name, text }) => ({ name, text })) }),
    );
  }
  const plot = document.querySelector<HTMLElement>(".plot")!;
  const url = await plotly().toImage(plot, { format: "png", width: 1200, height: 1000 });
  // The page's policy lets nothing be fetched but its own files: not even a data: URL.
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(",") + 1)), (letter) => letter.charCodeAt(0));
  save(name, new Blob([bytes], { type: "image/png" }));
}

async function search(query: string, meaning: boolean): Promise<void> {
  const points = known.value!.points;
  if (!query.trim()) return commit({ search: "", selected: [], page: 0 });
  try {
    const found = meaning
      ? (await searchMeaning(query, Math.min(MEANT, known.value!.trained))).map(({ index }) => index)
      : searchWords(points, query);
    said.value = `${found.length} instructions found`;
    const selected = [...found].sort((a, b) => a - b);
    commit({ search: query, meaning, selected, sort: "nearest", page: 0 });
    if (found.length === 0) fail(new Error(`No instruction holds “${query}”; try searching by meaning`));
  } catch (error) {
    fail(error);
  }
}

function Search() {
  const [query, setQuery] = useState(view.value.search);
  const [meaning, setMeaning] = useState(view.value.meaning);
  return (
    <form
      class="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search(query, meaning);
      }}
    >
      <label class="hidden-label" for="search">Search the instructions</label>
      <input
        id="search"
        type="search"
        placeholder="Search the instructions"
        value={query}
        maxLength={500}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <select
        aria-label="Search by"
        value={meaning ? "meaning" : "words"}
        onChange={(event) => setMeaning(event.currentTarget.value === "meaning")}
      >
        <option value="words">by words</option>
        <option value="meaning">by meaning</option>
      </select>
      <button type="submit">Find</button>
    </form>
  );
}

function Exports({ rows }: { rows: readonly KnownPoint[] }) {
  const { layout, points } = view.value;
  const kept = () =>
    rows.map(({ index, text, task, split, template, words, nearest, margin }) => ({
      index,
      text,
      task,
      split,
      template,
      words,
      nearest,
      margin,
    }));
  const typed = () =>
    points.map(({ name, text }) => {
      const answer = placed.value.get(text);
      return {
        name,
        text,
        ...(answer
          ? {
            task: answer.shares[0]!.task,
            margin: answer.margin,
            familiarity: answer.familiarity,
            coordinates: answer.coordinates,
          }
          : {}),
      };
    });
  const solid = dimensionsOf(layout) === 3;
  return (
    <div class="exports" role="group" aria-label="Export">
      <span>Export</span>
      <button
        type="button"
        onClick={() => save("instructions.csv", new Blob([csvOf(kept())], { type: "text/csv" }))}
      >
        CSV
      </button>
      <button
        type="button"
        onClick={() =>
          save(
            "instructions.json",
            new Blob([JSON.stringify({ layout, instructions: kept(), typed: typed() }, null, 1)], {
              type: "application/json",
            }),
          )}
      >
        JSON
      </button>
      <button
        type="button"
        disabled={solid}
        title={solid ? "A 3-D layout is saved as PNG" : "The map as a figure"}
        onClick={() => saveFigure("svg").catch(fail)}
      >
        SVG
      </button>
      <button type="button" onClick={() => saveFigure("png").catch(fail)}>PNG</button>
    </div>
  );
}

/** The panel. */
export function TablePanel() {
  const { selected, sort, falling, page, known: looked } = view.value;
  const points = known.value?.points;
  if (!points) {
    return (
      <div class="panel-body">
        <p class="quiet">Loading the instructions …</p>
      </div>
    );
  }
  const chosen = selected.flatMap((index) => points[index] ? [points[index]] : []);
  const rows = sortedRows(chosen.length > 0 ? chosen : points, sort, falling);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE)), at = Math.min(page, pages - 1);
  const turn = (to: number) => commit({ page: to }, { replace: true });
  const order = (column: Column) => {
    const falls = sort === column ? !falling : column !== "text" && column !== "task";
    commit({ sort: column, falling: falls, page: 0 });
  };
  return (
    <div class="panel-body">
      <Search key={`${view.value.search} ${view.value.meaning}`} />
      <div class="counts">
        <b>{chosen.length > 0 ? `${chosen.length} chosen` : `All ${points.length} instructions`}</b>
        <ul aria-label="Number of each task">
          {tasks.value.map(({ id: task }) => (
            <li key={task}>
              <TaskMark task={task} />
              <span class="hidden-label">{task}</span>
              {rows.filter((row) => row.task === task).length}
            </li>
          ))}
        </ul>
        {chosen.length > 0 && (
          <button
            type="button"
            class="link"
            onClick={() => commit({ selected: [], search: "", page: 0 })}
          >
            Choose none
          </button>
        )}
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of instructions">
        <table class="twin">
          <caption class="hidden-label">Instructions on the map</caption>
          <thead>
            <tr>
              {HEADS.map(({ column, name, title }) => (
                <th
                  key={column}
                  scope="col"
                  aria-sort={sort === column ? falling ? "descending" : "ascending" : "none"}
                >
                  <button type="button" title={title} onClick={() => order(column)}>
                    {name}
                    <span aria-hidden="true">{sort === column ? falling ? " ↓" : " ↑" : ""}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(at * PAGE, (at + 1) * PAGE).map((
              { index, text, task, split, words, nearest, margin },
            ) => (
              <tr key={index} class={index === looked ? "looked" : ""}>
                <td>
                  <button
                    type="button"
                    class="link"
                    onClick={() => commit({ known: index, active: -1, panel: "point" })}
                  >
                    {text}
                  </button>
                </td>
                <td title={task}>
                  <TaskMark task={task} open={split === "held-out"} />
                  <span class="hidden-label">{task}</span>
                </td>
                <td>{split === "train" ? "train" : split}</td>
                <td class="number">{words}</td>
                <td class="number">{nearest.toFixed(3)}</td>
                <td class="number">{margin.toFixed(3)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div class="pager">
        <button type="button" disabled={at === 0} onClick={() => turn(at - 1)}>Before</button>
        <span role="status">Page {at + 1} of {pages}</span>
        <button type="button" disabled={at >= pages - 1} onClick={() => turn(at + 1)}>Next</button>
      </div>
      <Exports rows={rows} />
    </div>
  );
}
