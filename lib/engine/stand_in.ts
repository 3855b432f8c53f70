/** What people have in place of a file that they meant to fetch, by how it begins, with what to do about it. */

const PAGE = "a web page: download the file itself, not the page about it";
const REFUSAL = "an error that a server sent in its place";

/** Stand-ins for any file; `text` marks those that are told from any text, too. */
const STAND_INS: readonly { readonly begins: RegExp; readonly what: string; readonly text?: true }[] = [
  {
    begins: /^version https:\/\/git-lfs/,
    what: "a pointer of Git LFS: fetch the file itself with git lfs pull, or download it",
    text: true,
  },
  { begins: /^\s*<(!doctype html|html[\s>])/i, what: PAGE, text: true },
  { begins: /^\s*<(!doctype|html|\?xml|head|body)/i, what: PAGE },
  { begins: /^\s*\{\s*"(error|message|detail)"/, what: REFUSAL },
  {
    begins: /^(Repository not found|Entry not found|Invalid credentials|Access to model)/,
    what: REFUSAL,
  },
];

/** The first 64 bytes of a file as Latin-1, behind the byte order mark of UTF-8 where it has one. */
export function beginning(bytes: Uint8Array): string {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return String.fromCharCode(...bytes.subarray(marked ? 3 : 0, 64));
}

/**
 * What stands in place of a file; nothing where its beginning tells of no such thing.
 *
 * @param start the file's {@link beginning}.
 * @param options.text whether the file is to be a text of any kind, which may well begin as a server's error does.
 */
export function standIn(start: string, options: { text?: boolean } = {}): string | undefined {
  return STAND_INS.find(({ begins, text }) => (text || !options.text) && begins.test(start))?.what;
}
