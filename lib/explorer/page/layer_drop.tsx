/// <reference lib="dom" />
/** A file of instructions, or pasted lines, as a new layer. */
import { useEffect, useRef, useState } from "preact/hooks";
import { sendLayer } from "./calls.ts";
import { addLayer, fail, known, said } from "./store.ts";

/** Most bytes that are sent; the server has the same limit. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The button with its dialog; files may also be dropped anywhere on the page. */
export function LayerDrop() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [progress, setProgress] = useState<{ done: number; total: number } | undefined>();

  async function send(name: string, file: Blob): Promise<void> {
    if (file.size > MOST_BYTES) {
      return fail(new Error(`The layer ${name} has ${file.size} bytes; at most ${MOST_BYTES} are taken`));
    }
    setProgress({ done: 0, total: 1 });
    try {
      for await (const event of sendLayer(name, file)) {
        if (event.kind === "progress") setProgress(event);
        else if (event.kind === "error") throw new Error(event.error);
        else {
          addLayer(event.layer);
          said.value = `${event.layer.texts.length} instructions of ${name} are on the map`;
          setText("");
          dialog.current?.close();
        }
      }
    } catch (error) {
      dialog.current?.close();
      fail(error);
    } finally {
      setProgress(undefined);
    }
  }

  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const drop = (event: DragEvent) => {
      const file = event.dataTransfer?.files[0];
      if (!file || event.defaultPrevented) return;
      event.preventDefault();
      if (!file.type.startsWith("image/")) send(file.name, file);
    };
    addEventListener("dragover", over);
    addEventListener("drop", drop);
    return () => {
      removeEventListener("dragover", over);
      removeEventListener("drop", drop);
    };
  }, []);

  return (
    <>
      <button type="button" disabled={!known.value} onClick={() => dialog.current?.showModal()}>
        Add a layer
      </button>
      <dialog ref={dialog} aria-labelledby="layer-title" class="layer-dialog">
        <h2 id="layer-title">Your own instructions as a layer</h2>
        <p>
          One a line; or a file: text, CSV (a column “instruction” or “text”) or JSON Lines. Up to 50,000
          lines. They stay on this machine.
        </p>
        <label for="layer-text">Paste lines</label>
        <textarea
          id="layer-text"
          rows={6}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <label class="file">
          Or choose a file{" "}
          <input
            type="file"
            accept=".txt,.csv,.jsonl,.ndjson,text/plain,text/csv"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) send(file.name, file);
              event.currentTarget.value = "";
            }}
          />
        </label>
        {progress && <progress max={progress.total} value={progress.done} aria-label="Lines placed" />}
        <div class="buttons">
          <button type="button" onClick={() => dialog.current?.close()}>Close</button>
          <button
            type="button"
            class="primary"
            disabled={!text.trim() || progress !== undefined}
            onClick={() => send("pasted.txt", new Blob([text]))}
          >
            Put them on the map
          </button>
        </div>
      </dialog>
    </>
  );
}
