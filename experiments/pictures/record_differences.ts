/** How weights and versions of a record differ from those at hand, at either scale. */
import type { RecordOf } from "./record.ts";

type Compared<Name extends string> = Pick<RecordOf<string, unknown, Name>, "weights" | "versions">;

/** Weights and versions that are others now, in sentences. */
export function recordDifferences<Name extends string>(
  then: Compared<Name>,
  now: Compared<Name>,
  names: readonly Name[],
): string[] {
  return [
    ...names.flatMap((part) => {
      const [was, is] = [then.weights[part]?.sha256, now.weights[part]?.sha256];
      return was === is
        ? []
        : [`The ${part} is another than the picture was made with: ${was} then, ${is} now`];
    }),
    ...Object.entries(now.versions).flatMap(([part, is]) => {
      const was = then.versions[part];
      return was === is ? [] : [`The version of ${part} is another: ${was} then, ${is} now`];
    }),
  ];
}

/** Weights under the names of the record where they are the same files. */
export function sameNames<Name extends string>(
  now: Compared<Name>["weights"],
  then: Compared<Name>["weights"],
  names: readonly Name[],
): Compared<Name>["weights"] {
  const same: Partial<Record<Name, NonNullable<Compared<Name>["weights"][Name]>>> = {};
  for (const part of names) {
    const [is, was] = [now[part], then[part]];
    if (is) same[part] = was?.sha256 === is.sha256 ? was : is;
  }
  return same;
}
