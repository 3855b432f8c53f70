/**
 * A sixth use that no model is trained for: take the colours, nothing else. Sec. 3.3 expects text embeddings to be "a better starting point for
 * additional future tasks"; these say such a task. None holds a keyword of the five. Some instructions of the style task speak of colours too,
 * beside the manner of drawing: it is near to what was trained, as a reader's own wish will be.
 */
export const COLOUR_INSTRUCTIONS: readonly string[] = [
  "Use only the colours of this image.",
  "take the colours and nothing else",
  "Borrow the palette of the image, ignore what it shows",
  "the same colours as here, please",
  "Copy just the colour scheme of this picture.",
  "Paint it with the colours found in the image.",
  "keep the hues and tones of this image only",
  "Only the palette matters, nothing more.",
  "I want the colours of the reference image, not what is in it",
  "Let the new picture share the colour palette of this one.",
  "match the colours of this image",
  "Reuse its range of colours, that's all.",
];
