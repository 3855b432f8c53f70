/** README.md of the exported site: its header makes the folder a static Space of the Hugging Face hub as it is. */

/**
 * Fields of a Space's header. The headers that it asks for isolate the page, so that up to four threads are used.
 */
const HEADER: readonly string[] = [
  "title: IPAdapter-Instruct explorer",
  "emoji: 🧭",
  "colorFrom: blue",
  "colorTo: green",
  "sdk: static",
  "app_file: index.html",
  "pinned: false",
  "short_description: The map of training instructions, and a model to try",
  "custom_headers:",
  "  cross-origin-embedder-policy: require-corp",
  "  cross-origin-opener-policy: same-origin",
  "  cross-origin-resource-policy: cross-origin",
];

/** The file's text. */
export const SPACE_README = `---
${HEADER.join("\n")}
---

# IPAdapter-Instruct explorer

The map of the training instructions of IPAdapter-Instruct, at mini scale: type an instruction, see where it lands, and what the joint model
makes of a picture under it. Everything happens in the visitor's browser.

Written by \`deno task explore --export\`. The code's licence is in \`LICENSE\`, the artwork's in \`NOTICE.md\`.
`;
