/// <reference lib="dom" />
/** A file of instructions, or pasted lines, as a new layer. */
import { useEffect, useRef, useState } from "preact/hooks";
import { sendLayer } from "./calls.ts";
import { layerRefusal } from "./layer_refusal.ts";
import { addLayer, fail, known, said } from "./store.ts";

/** The button with its dialog; files may also be dropped anywhere on the page. */
export function LayerDrop() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const [progress, setProgress] = useState<{ done: number; total: number } | undefined>();
  const abort = useRef<AbortController | undefined>(undefined);

  async function send(name: string, file: Blob): Promise<void> {
    const refusal = layerRefusal({ name, type: file.type, size: file.size }, {
      pictures: known.value?.studio !== undefined,
    });
    if (refusal !== undefined) {
      dialog.current?.close();
      return fail(refusal);
    }
    if (abort.current) return fail(new Error("A layer is being placed; wait for it, or cancel it"));
    const own = abort.current = new AbortController();
    setProgress({ done: 0, total: 0 });
    dialog.current?.close();
    try {
      for await (const event of sendLayer(name, file, own.signal)) {
        if (event.kind === "progress") setProgress(event);
        else if (event.kind === "error") throw new Error(event.error);
        else {
          addLayer(event.layer);
          said.value = `${event.layer.texts.length} instructions of ${name} are on the map`;
          setText("");
        }
      }
    } catch (error) {
      if (!own.signal.aborted) fail(error);
    } finally {
      abort.current = undefined;
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
      send(file.name, file);
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
      {progress && (
        <div class="placing" role="status">
          <span>
            {progress.total > 0
              ? `${progress.done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} lines placed`
              : "Reading the layer"}
          </span>
          <progress max={progress.total || 1} value={progress.done} aria-label="Lines placed" />
          <button type="button" onClick={() => abort.current?.abort()}>Cancel the layer</button>
        </div>
      )}
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
            accept=".txt,.csv,.tsv,.json,.jsonl,.ndjson,text/plain,text/csv"
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) send(file.name, file);
              event.currentTarget.value = "";
            }}
          />
        </label>
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
