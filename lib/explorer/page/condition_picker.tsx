/// <reference lib="dom" />
/** The condition image: one of the gallery, or the user's own. */
import { galleryPicture, MOST_BYTES } from "../api.ts";
import { fitPicture } from "./calls.ts";
import { commit, fail, gallery, view } from "./store.ts";
import { TaskMark } from "./task_mark.tsx";

async function bring(file: Blob): Promise<void> {
  try {
    if (file.size > MOST_BYTES.picture) {
      throw new Error(`The picture has ${file.size} bytes; at most ${MOST_BYTES.picture} are taken`);
    }
    commit({ picture: await fitPicture(file), gallery: "own" });
  } catch (error) {
    fail(error);
  }
}

/** Radio buttons with pictures, and a place to bring one. */
export function ConditionPicker() {
  const { gallery: chosen, picture } = view.value;
  const items = gallery.value;
  return (
    <fieldset
      class="conditions"
      onDrop={(event) => {
        const file = event.dataTransfer?.files[0];
        if (!file?.type.startsWith("image/")) return;
        event.preventDefault();
        bring(file);
      }}
    >
      <legend>Condition image</legend>
      <div class="gallery">
        {items
          ? items.map(({ id, task, caption }) => (
            <label key={id} class={chosen === id ? "chosen" : ""} title={`${task}: ${caption}`}>
              <input
                type="radio"
                name="condition"
                checked={chosen === id}
                onChange={() =>
                  commit({ gallery: id })}
              />
              <img
                src={galleryPicture(id)}
                alt={`${caption}, an item of ${task}`}
                width={64}
                height={64}
              />
              <TaskMark task={task} />
            </label>
          ))
          : Array.from({ length: 20 }, (_, i) => <span key={i} class="thumb-wait" />)}
        {picture && (
          <label class={chosen === "own" ? "chosen" : ""} title="Your own picture">
            <input
              type="radio"
              name="condition"
              checked={chosen === "own"}
              onChange={() => commit({ gallery: "own" })}
            />
            <img src={`data:image/png;base64,${picture}`} alt="Your own picture" width={64} height={64} />
          </label>
        )}
      </div>
      <label class="file">
        Or your own (PNG, JPEG, WebP; cut to a square){" "}
        <input
          type="file"
          accept="image/png,image/jpeg,image/webp"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file) bring(file);
            event.currentTarget.value = "";
          }}
        />
      </label>
    </fieldset>
  );
}
