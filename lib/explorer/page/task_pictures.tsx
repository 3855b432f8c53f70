/// <reference lib="dom" />
/** One condition under every task's own instruction: the pictures in a row, below the condition and what they are compared with. */
import type { ComponentChildren } from "preact";
import { SampledPicture } from "./sampled_picture.tsx";
import type { SampledRow, Sampling } from "./sampling.ts";
import { lookOf, TaskMark } from "./task_mark.tsx";

/** A picture with its words below. */
function Captioned(
  { words, colour, title, children }: {
    words: ComponentChildren;
    /** Of the line between picture and words. */
    colour?: string | undefined;
    /** The words in full where they may be cut off. */
    title?: string;
    children: ComponentChildren;
  },
) {
  return (
    <li>
      <figure>
        {children}
        <figcaption title={title} style={{ borderTopColor: colour ?? "transparent" }}>{words}</figcaption>
      </figure>
    </li>
  );
}

/** The picture of a row that has one, under its instruction. */
function Instructed({ row: { label, task, pictures: [picture] } }: { row: SampledRow }) {
  return (
    <Captioned
      words={task
        ? (
          <>
            <TaskMark task={task} /> {label}
          </>
        )
        : `“${label}”`}
      colour={task && lookOf(task)?.colour}
      title={label}
    >
      <SampledPicture sampled={picture} alt={`${task ?? "Typed instruction"}: ${label}`} />
    </Captioned>
  );
}

/** The pictures. */
export function TaskPictures({ made: { rows, plus, target, condition, item } }: { made: Sampling }) {
  return (
    <>
      <ul class="pictures" aria-label="The condition, and what is compared">
        <Captioned words="Condition">
          <div class="picture">
            <img src={condition} alt="Condition" width={64} height={64} />
          </div>
        </Captioned>
        {rows.map((row) => row.task === undefined && <Instructed key={row.label} row={row} />)}
        {plus && (
          <Captioned words="IPAdapter+" title={plus.label}>
            <SampledPicture sampled={plus.pictures[0]} alt={plus.label} />
          </Captioned>
        )}
        {target && (
          <Captioned
            words={item
              ? (
                <>
                  Ground truth of <TaskMark task={item.task} /> {item.task}
                </>
              )
              : "Ground truth"}
          >
            <SampledPicture sampled={target} alt="Ground truth" />
          </Captioned>
        )}
      </ul>
      <ul class="pictures of-tasks" aria-label="Under each task’s own instruction">
        {rows.map((row) => row.task !== undefined && <Instructed key={row.label} row={row} />)}
      </ul>
    </>
  );
}
