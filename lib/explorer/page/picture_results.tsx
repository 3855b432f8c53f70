/// <reference lib="dom" />
/** The pictures as they appear, row by row, with their scores. */
import { SampledPicture } from "./sampled_picture.tsx";
import { NOISES, type Sampled, type SampledRow, type Sampling } from "./sampling.ts";
import { known } from "./store.ts";
import { TaskPictures } from "./task_pictures.tsx";
import type { Kind } from "./view_state.ts";

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
function meanScores(pictures: readonly (Sampled | undefined)[]): Record<string, number> | undefined {
  const all = pictures.flatMap((picture) => picture?.scores ? [picture.scores] : []);
  if (all.length === 0) return undefined;
  return Object.fromEntries(
    Object.keys(all[0]!).map((name) => [
      name,
      all.reduce((sum, scores) => sum + scores[name]!, 0) / all.length,
    ]),
  );
}

function Row({ row, what }: { row: SampledRow; what: string }) {
  const means = row.pictures.length === NOISES ? meanScores(row.pictures) : undefined;
  const strip = row.pictures.length > NOISES;
  return (
    <figure class={strip ? "row strip" : "row"}>
      <figcaption>{row.label}</figcaption>
      <div class="pictures">
        {row.pictures.map((picture, i) => (
          <div key={i}>
            <SampledPicture sampled={picture} alt={`${what} ${i + 1}: ${row.label}`} />
            {strip && <div class="share">{Math.round(100 * i / (row.pictures.length - 1))} %</div>}
          </div>
        ))}
      </div>
      {row.pictures.length === NOISES && (means ? <Scores scores={means} /> : <div class="scores" />)}
    </figure>
  );
}

/** What is to be read in the pictures of a finished sampling. */
const READING: Readonly<Record<Kind, string>> = {
  pictures: "Scores are means over each row, by the judge.",
  walk: "Below each picture: how far it is from the first instruction to the second.",
  tasks: "Condition, prompt and noise are the same: what differs is the instruction’s.",
};

/** A sampling. */
export function Results({ made }: { made: Sampling }) {
  const { rows, plus, target, item, running, done, total, seconds, notes, problem } = made;
  const typical = item && known.value?.studio?.typical?.[item.task];
  return (
    <section class="results" aria-label="Pictures" aria-busy={running} data-sampling={made.number}>
      <div class="progress-line" role="status">
        {running
          ? (
            <>
              <progress max={total || 1} value={done} aria-label="Steps" />
              <span>{total > 0 ? `${done} of ${total} steps` : "Waking the models"}</span>
            </>
          )
          : problem ?? `Made in ${seconds?.toFixed(1)} s. ${READING[made.kind]}`}
      </div>
      {made.kind === "tasks" ? <TaskPictures made={made} /> : (
        <>
          {rows.map((row) => (
            <Row key={row.label} row={row} what={made.kind === "walk" ? "Step" : "Picture"} />
          ))}
          {plus && <Row row={plus} what="IPAdapter+" />}
        </>
      )}
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
            <SampledPicture sampled={target} alt="Ground truth" />
          </div>
          {target.scores && <Scores scores={target.scores} />}
        </figure>
      )}
      {typical && made.kind === "pictures" && (
        <p class="quiet">
          Table 1’s joint model on held-out {item.task} items:{" "}
          {["CLIP-I", "CLIP-P", "CLIP-S", "CLIP-T"].filter((name) => typical[name] !== undefined)
            .map((name) =>
              `${name} ${typical[name]!.toFixed(2)}`
            ).join(", ")}.
        </p>
      )}
      {notes.map((note) => <p key={note} class="note">{note}.</p>)}
    </section>
  );
}
