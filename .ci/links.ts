/** Links of Markdown pages, and paths of this repository that they name in code spans. */
import { dirname, join } from "node:path";

/** The text outside fenced code blocks. */
const proseOf = (markdown: string) => markdown.replace(/^```[\s\S]*?^```$/gm, "");

/** Targets of links and pictures, as written. */
export function linksOf(markdown: string): string[] {
  const prose = proseOf(markdown);
  return [...prose.matchAll(/\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*?\b(?:src|href)="([^"]+)"/g)]
    .map((match) => (match[1] ?? match[2]) as string);
}

/** Anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(markdown: string): Set<string> {
  return new Set(
    [...proseOf(markdown).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = ""]) =>
      heading.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-")
    ),
  );
}

/** Files and folders of this repository named in code spans, from its root. Folders end with a slash; patterns are left out. */
export function pathsOf(markdown: string): string[] {
  return [
    ...proseOf(markdown).matchAll(
      /`((?:lib|experiments|bench|data|docs|notebooks|results|\.ci)\/[\w./-]*(?:\.\w+|\/))`/g,
    ),
  ].map(([, path]) => path as string);
}

/**
 * What a page names and is not there, a sentence each.
 *
 * @param options.page the page's path, from the repository's root
 * @param options.read text of a file, "" for a folder or a file that is no page; undefined where there is none
 */
export function faultsOf(
  markdown: string,
  options: { page: string; read: (path: string) => string | undefined },
): string[] {
  const { page, read } = options;
  const faults = linksOf(markdown).filter((link) => !/^[a-z]+:/.test(link)).flatMap((link) => {
    const [file = "", anchor] = link.split("#");
    const path = file === "" ? page : join(dirname(page), file);
    const text = file === "" ? markdown : read(path);
    if (text === undefined) return [`${page}: there is no ${path}`];
    return anchor === undefined || anchorsOf(text).has(anchor)
      ? []
      : [`${page}: ${path} has no heading #${anchor}`];
  });
  return [
    ...faults,
    ...pathsOf(markdown).filter((path) => read(path) === undefined).map((path) =>
      `${page}: there is no ${path}`
    ),
  ];
}
