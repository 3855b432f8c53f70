/** Which kind of sources a task's training pairs are composed of (`lib/tasks/compose.ts`), as a field of a request. */
import { SOURCES, type Sources } from "../../lib/tasks/mod.ts";
import { fieldOf, type Fields } from "./request_field.ts";

/** The field of an encoding of other sources than the shared ones; none for those. */
export function sourcesFields(sources: Sources): Fields {
  return sources === "shared" ? {} : { sources };
}

/** The sources that a request asks for: shared ones unless it names others. @throws RangeError for unknown ones. */
export function sourcesOf(request: Fields): Sources {
  return fieldOf("sources", request, SOURCES) ?? "shared";
}
