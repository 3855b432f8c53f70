/** What the paper's scale needs before anything can be computed. */
import { findCached, hubSettings } from "../../lib/hub/mod.ts";
import { PAPER_FILES } from "../paper/paper_files.ts";

/** One sentence: which weights and data sets an experiment needs at the paper's scale, and where they are looked for. */
export function paperScaleNeeds(experiment: string): string {
  const { cache } = hubSettings();
  const wanted = PAPER_FILES.filter(({ needed }) => needed).map((file) =>
    `${file.repo}/${file.path}${findCached(cache, file) === undefined ? "" : " [found]"}`
  );
  return `Running ${experiment} at paper scale needs real weights and data, expected ${
    wanted.join("; ")
  } in ${cache} ` +
    "(deno task models tells more), and the five training sets of the paper's Sec. 3.4, which are not published; " +
    "use --scale mini, which needs neither";
}
