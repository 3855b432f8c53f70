/// <reference lib="dom" />
/** Title, the one sentence that explains the page, and the line where an instruction is typed. */
import { useState } from "preact/hooks";
import { commit, depth, known, redo, typeText, undo, view } from "./store.ts";
import { LayerDrop } from "./layer_drop.tsx";
import { type Theme, THEMES } from "./view_state.ts";

/** The example of the first screen. */
export const EXAMPLE = "borrow its colours but nothing else";

const THEME_NAMES: Record<Theme, string> = { auto: "Auto", light: "Light", dark: "Dark" };

/** The top of the page. */
export function PageHeader() {
  const [text, setText] = useState("");
  const { second, theme, points } = view.value;
  const { at, last } = depth.value;
  return (
    <header class="top">
      <div class="title">
        <h1>Instruction explorer</h1>
        <p>
          Each mark is one way to tell the model what to take from an image. Type your own: see where it lands
          and what it makes.
        </p>
      </div>
      <form
        class="type"
        onSubmit={(event) => {
          event.preventDefault();
          typeText(text);
          setText("");
        }}
      >
        <label class="hidden-label" for="instruction">Instruction</label>
        <input
          id="instruction"
          value={text}
          maxLength={500}
          placeholder={points.length === 0 ? `e.g. ${EXAMPLE}` : "Type another instruction"}
          autocomplete="off"
          disabled={!known.value}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="primary" disabled={!known.value || !text.trim()}>Place it</button>
      </form>
      <div class="tools">
        <button type="button" onClick={undo} disabled={at === 0} title="Undo (Ctrl+Z)" aria-label="Undo">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M6 3L2.500 6.500 6 10M2.500 6.500H10a3.500 3.500 0 0 1 0 7H7" />
          </svg>
        </button>
        <button
          type="button"
          onClick={redo}
          disabled={at >= last}
          title="Redo (Ctrl+Shift+Z)"
          aria-label="Redo"
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M10 3l3.500 3.500L10 10M13.500 6.500H6a3.500 3.500 0 0 0 0 7h3" />
          </svg>
        </button>
        <button
          type="button"
          aria-pressed={second !== undefined}
          disabled={!known.value}
          onClick={() =>
            commit({ second: second ? undefined : view.value.layout === "umap2" ? "tsne2" : "umap2" })}
        >
          Two maps
        </button>
        <LayerDrop />
        <select
          aria-label="Theme"
          value={theme}
          onChange={(event) => commit({ theme: event.currentTarget.value as Theme }, { replace: true })}
        >
          {THEMES.map((each) => <option key={each} value={each}>{THEME_NAMES[each]}</option>)}
        </select>
      </div>
    </header>
  );
}
