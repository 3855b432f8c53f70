/** One page for everything that has a result: ours beside the paper's, verdicts, how to rerun, time and hardware. */
import { duration } from "../notebook/mod.ts";
import {
  captionBelow,
  escapeHtml,
  type Graphic,
  graphicHtml,
  graphicId,
  pageHtml,
  tableHtml,
  tableMarkdown,
  type TableSpec,
} from "../plots/mod.ts";
import { explain, type Explained, type Explanation, type Findings } from "./explanation.ts";
import { type ClaimVerdict, placeInPaper } from "./statement.ts";
import { isOfEarlierParts } from "./stored_runs.ts";
import { claimsOf, claimStates, type PaperClaim, type PaperItem } from "./paper_item.ts";
import type { Cell } from "./cells.ts";
import type { Provenance } from "./provenance.ts";

/** One stored result with what is shown of it. */
export interface ReportEntry {
  /** As given to `reproduce`. */
  readonly id: string;
  /** mini or paper. */
  readonly scale: string;
  /** smoke, quick or full. */
  readonly budget: string;
  /** Tasks shown. */
  readonly tasks: readonly string[];
  /** Seeds. */
  readonly seeds: readonly number[];
  /** Where it comes from. */
  readonly provenance: Provenance;
  /** Verdicts. */
  readonly claims: readonly ClaimVerdict[];
  /** Table 1's cells; explanations are tested on them. */
  readonly cells?: readonly Cell[];
  /** A figure's content, likewise. */
  readonly content?: unknown;
  /** Graphics, live or still. */
  readonly graphics: readonly Graphic[];
  /** Tables. */
  readonly tables: readonly TableSpec[];
  /** Path from the page to the still picture of a graphic. */
  readonly still: (graphic: Graphic) => string;
}

const command = ({ id }: { readonly id: string }) => `deno task reproduce ${id}`;

/** The command that makes an entry again: tasks and device are named where others are usual. */
function rerunCommand(entry: ReportEntry, items: readonly PaperItem[]): string {
  const { scale, budget, seeds, tasks, provenance } = entry;
  const usual = items.find(({ id }) => id === entry.id)?.tasks ?? tasks;
  const device = provenance.device.split(":")[0] as string;
  return [
    command(entry),
    `--scale ${scale} --budget ${budget} --seeds ${seeds.length}`,
    ...(usual.every((task) => tasks.includes(task)) ? [] : [`--tasks ${tasks.join(",")}`]),
    ...(device === USUAL_DEVICE ? [] : [`--device ${device}`]),
  ].join(" ");
}

/** What `reproduce` runs on by default. */
const USUAL_DEVICE = "cpu";

const seconds = ({ provenance }: ReportEntry) =>
  Object.values(provenance.wallTimePerStage).reduce((sum, each) => sum + each, 0);

/** Seconds of all entries' stages; a stage of the same key is one stage. */
function totalSeconds(entries: readonly ReportEntry[]): number {
  const byStage = new Map<string, number>();
  for (const { provenance: { wallTimePerStage, stageKeys } } of entries) {
    for (const [id, each] of Object.entries(wallTimePerStage)) {
      byStage.set(stageKeys[id] as string, each);
    }
  }
  return [...byStage.values()].reduce((sum, each) => sum + each, 0);
}

/** "cpu: AMD EPYC, 2 threads, 7.8 GiB, Linux 6.8.0, x64", as far as is recorded. */
function hardwareText({ device, threads, memory, system }: Provenance): string {
  return [
    device,
    `${threads} ${threads === 1 ? "thread" : "threads"}`,
    ...(memory === undefined ? [] : [`${(memory / 2 ** 30).toFixed(1)} GiB`]),
    ...(system === undefined ? [] : [system]),
  ].join(", ");
}

const entryOf = (entries: readonly ReportEntry[], item: PaperItem) =>
  entries.find(({ id }) => id === item.id);

function claimsTable(entries: readonly ReportEntry[], known: readonly PaperClaim[]): TableSpec {
  const claims = claimStates(known, Object.fromEntries(entries.map(({ id, claims }) => [id, claims])));
  const counts = ["supported", "not supported", "inconclusive", "not run"].map((verdict) =>
    `${claims.filter((each) => each.verdict === verdict).length} ${verdict}`
  );
  return {
    caption: `${claims.length} statements: ${counts.join(", ")}`,
    columns: ["No.", "Where", "Statement", "Verdict", "Evidence"],
    rows: claims.map(({ section, statement, verdict, evidence }, i) => [
      i + 1,
      placeInPaper(section),
      statement,
      verdict,
      evidence,
    ]),
  };
}

/** Each explanation once, with how it stood its test for which statements; undefined where nothing asks for one. */
function explanationsTable(
  entries: readonly ReportEntry[],
  claims: readonly PaperClaim[],
  { explanations = [], smaller = [] }: ReportOptions,
): TableSpec | undefined {
  const explained = explain(
    Object.fromEntries(entries.map((entry) => [entry.id, entry])),
    { claims, explanations, smaller },
  );
  if (explained.length === 0) return undefined;
  const numberOf = ({ claim }: Explained) => claims.findIndex(({ id }) => id === claim.id) + 1;
  const rows = explanations.flatMap((explanation) => {
    const own = explained.filter((each) => each.explanation === explanation);
    return [...Map.groupBy(own, ({ checked }) => checked.outcome)].map(([outcome, group], i) => {
      const evidence = Map.groupBy(group, ({ checked }) => checked.evidence);
      return [
        i === 0 ? explanation.because : "",
        group.map(numberOf).join(", "),
        [
          explanation.test,
          ...[...evidence].map(([text, same]) =>
            evidence.size === 1 ? text : `No. ${same.map(numberOf).join(", ")}: ${text}`
          ),
        ],
        outcome,
      ];
    });
  });
  return {
    caption:
      "What may explain that a statement is not supported here, or supported for no good reason, and whether that stands a test",
    columns: ["Our explanation", "Of statements No.", "Its test, and what came out", "Outcome"],
    rows,
    note:
      "Those of statements that had none, the caveats on leaks and names, and those of what is said of the committed adapter were written when the quick " +
      "results were known; the others before. One that does not stand its test is printed all the same; one that could not be tested explains nothing yet.",
  };
}

/** Says which results were made with other frozen parts than others; "" where all agree. */
function partsNote(entries: readonly ReportEntry[], items: readonly PaperItem[]): string {
  const shown = items.flatMap((item) => {
    const entry = entryOf(entries, item);
    return entry === undefined ? [] : [{ name: item.name, files: entry.provenance.dataFiles }];
  });
  const paths = new Set(shown.flatMap(({ files }) => Object.keys(files)));
  const differing = [...paths].sort().flatMap((path) => {
    const readers = shown.flatMap(({ name, files }) => {
      const hash = files[path];
      return hash === undefined ? [] : [{ name, hash }];
    });
    const versions = [...Map.groupBy(readers, ({ hash }) => hash)];
    return versions.length < 2 ? [] : [
      `${path} is ${
        versions.map(([hash, group]) => `${hash.slice(0, 10)} in ${group.map(({ name }) => name).join(", ")}`)
          .join("; ")
      }.`,
    ];
  });
  return (differing.length > 0 ? ["Not all results were made with the same frozen parts:", ...differing] : [])
    .join(" ");
}

/** Says which results are of earlier parts than there are now; undefined where none is. */
function earlierPartsNote(
  entries: readonly ReportEntry[],
  { items, parts = {} }: Pick<ReportOptions, "items" | "parts">,
): string | undefined {
  const names = items.flatMap((item) => {
    const files = entryOf(entries, item)?.provenance.dataFiles ?? {};
    return isOfEarlierParts(files, parts) ? [item.name] : [];
  });
  return names.length === 0
    ? undefined
    : `Measured with earlier frozen parts than data/checkpoints holds, which have been trained further since, and to be measured again: ${
      names.join(", ")
    }.`;
}

/** Says what the wall times count, and which results' times lack something. */
function timesNote(entries: readonly ReportEntry[], items: readonly PaperItem[]): string {
  const named = items.flatMap((item) => {
    const entry = entryOf(entries, item);
    return entry === undefined ? [] : [{ name: item.name, provenance: entry.provenance }];
  });
  const gone = named.flatMap(({ name, provenance: { stageKeys, wallTimePerStage } }) => {
    const count = Object.keys(stageKeys).filter((id) => wallTimePerStage[id] === undefined).length;
    return count === 0 ? [] : [`${count} of ${name}`];
  });
  return [
    "The wall time of a result is that of all stages behind it; a stage that results share counts in each of them and once in the total.",
    ...(gone.length > 0
      ? [`Stages without a time, gone from the cache when the result was made: ${gone.join(", ")}.`]
      : []),
  ].join(" ");
}

function sourcesTable(entries: readonly ReportEntry[], items: readonly PaperItem[]): TableSpec {
  return {
    caption: `Wall time of all stages together: ${duration(totalSeconds(entries))}`,
    columns: ["Result", "Scale, budget", "Seeds", "Wall time", "Hardware", "Commit", "Again by"],
    rows: items.flatMap((item) => {
      const entry = entryOf(entries, item);
      if (entry === undefined) return [];
      const { commit, dirty } = entry.provenance;
      return [[
        item.name,
        `${entry.scale}, ${entry.budget}`,
        entry.seeds.join(", "),
        duration(seconds(entry)),
        hardwareText(entry.provenance),
        `${commit?.slice(0, 10) ?? "none"}${dirty ? ", changed" : ""}`,
        rerunCommand(entry, items),
      ]];
    }),
    note: `${timesNote(entries, items)} ${partsNote(entries, items)}`.trim(),
  };
}

/** Items without a result, each with the command that makes it. */
function missing(entries: readonly ReportEntry[], items: readonly PaperItem[]): string[] {
  return items.filter((item) => entryOf(entries, item) === undefined)
    .map((item) => `${item.name}: ${command(item)}`);
}

/** What the report says of itself. */
const LEAD =
  "What the paper says, what we measured, and what follows. Every number names its scale: small models on small " +
  "images (mini) say something about the method, not about SD 1.5's level.";

/** What the report is about. */
export interface ReportOptions {
  /** Everything that can be reproduced, in the paper's order. */
  readonly items: readonly PaperItem[];
  /** Explanations to be tested; none if absent. */
  readonly explanations?: readonly Explanation[];
  /** Smaller runs than the entries', for the tests of explanations; none if absent. */
  readonly smaller?: readonly Findings[];
  /** SHA-256 by path of the frozen parts as they are now, to tell results of earlier ones; absent: none is told. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** The report as a self-contained page. */
export function reportHtml(entries: readonly ReportEntry[], options: ReportOptions): string {
  const { items } = options;
  const claims = claimsOf(items);
  const sections = items.flatMap((item) => {
    const entry = entryOf(entries, item);
    if (entry === undefined) return [];
    const body = [...entry.tables.map(tableHtml), ...entry.graphics.map(graphicHtml)].join("\n");
    return [{
      id: item.id,
      html:
        `<h2>${escapeHtml(item.name)}</h2><p><strong>The paper:</strong> ${
          escapeHtml(item.says)
        }</p>${body}` +
        `<p>Again: <code>${escapeHtml(rerunCommand(entry, items))}</code></p>`,
    }];
  });
  const absent = missing(entries, items);
  const explanations = explanationsTable(entries, claims, options);
  const earlier = earlierPartsNote(entries, options);
  const links = sections.map(({ id }) => `<a href="#${id}">${escapeHtml(id)}</a>`).join(" · ");
  return pageHtml({
    title: "IPAdapter-Instruct, reproduced",
    interactive: entries.some(({ graphics }) => graphics.some(({ kind }) => kind === "figure")),
    lead: `<p>${escapeHtml(LEAD)}</p>${
      earlier ? `<p><strong>${escapeHtml(earlier)}</strong></p>` : ""
    }<nav>${links} · <a href="#claims">claims</a> · ${
      explanations ? '<a href="#explanations">explanations</a> · ' : ""
    }<a href="#sources">sources</a></nav>`,
    sections: [
      ...sections,
      { id: "claims", html: `<h2>Claims</h2>${tableHtml(claimsTable(entries, claims))}` },
      ...(explanations
        ? [{ id: "explanations", html: `<h2>Explanations, tested</h2>${tableHtml(explanations)}` }]
        : []),
      {
        id: "sources",
        html: `<h2>Where the numbers come from</h2>${tableHtml(sourcesTable(entries, items))}`,
      },
      ...(absent.length > 0
        ? [{
          id: "missing",
          html: `<h2>Not here yet</h2><ul>${
            absent.map((line) => `<li>${escapeHtml(line)}</li>`).join("")
          }</ul>`,
        }]
        : []),
    ],
  });
}

/** The report in Markdown, with still pictures by relative path. */
export function reportMarkdown(
  entries: readonly ReportEntry[],
  options: ReportOptions,
): string {
  const { items } = options;
  const claims = claimsOf(items);
  const absent = missing(entries, items);
  const sections = items.flatMap((item) => {
    const entry = entryOf(entries, item);
    if (entry === undefined) return [];
    return [
      `## ${item.name}`,
      `**The paper:** ${item.says}`,
      ...entry.tables.map(tableMarkdown),
      ...entry.graphics.flatMap((graphic) => [
        `![${item.name}: ${graphicId(graphic)}](${entry.still(graphic)})`,
        ...[captionBelow(graphic)].filter((caption) => caption !== undefined),
      ]),
      `Again: \`${rerunCommand(entry, items)}\``,
    ];
  });
  const explanations = explanationsTable(entries, claims, options);
  const earlier = earlierPartsNote(entries, options);
  return [
    "# IPAdapter-Instruct, reproduced",
    LEAD,
    ...(earlier ? [`**${earlier}**`] : []),
    ...sections,
    "## Claims",
    tableMarkdown(claimsTable(entries, claims)),
    ...(explanations ? ["## Explanations, tested", tableMarkdown(explanations)] : []),
    "## Where the numbers come from",
    tableMarkdown(sourcesTable(entries, items)),
    ...(absent.length > 0 ? ["## Not here yet", absent.map((line) => `- ${line}`).join("\n")] : []),
  ].join("\n\n") + "\n";
}
