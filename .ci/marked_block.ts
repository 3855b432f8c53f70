/** Generated parts of pages that are otherwise written by hand: what stands between `<!-- NAME:start -->` and `<!-- NAME:end -->`. */

/** A page with the block of a name written anew. @throws Error when one of its marks is missing. */
export function withBlock(page: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name}:start -->`, `<!-- ${name}:end -->`];
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The page needs ${start} and ${end}, in this order`);
  return `${page.slice(0, from)}${start}\n\n${content}\n\n${page.slice(to)}`;
}
