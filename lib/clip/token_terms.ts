/**
 * What captions do not say, or not always, and adapters need from the patch tokens: colours and where they are, the thing's own, who a person is, who
 * drew a thing, what was done to the picture.
 * Terms beside the contrastive loss, each through one linear head that is dropped after the training, so that what they ask for lies open in the
 * tokens themselves.
 *
 * | symbol | name     | shape |
 * | ------ | -------- | ----- |
 * | h      | `tokens` | [batch 1+patches hidden], the class token first |
 * | c      | cell colours | [batch patches 3·cells²], means of the patch's cells in [-1, 1] |
 * | t      | the thing's colour | [batch 3], the mean of its pixels in [-1, 1] |
 *
 *     L_colours = mean (W_c h_patch + b_c − c)²
 *     L_thing   = mean (W_t mean_patches(h) + b_t − t)², over the images that have a thing
 *     L_label   = CE(W_l mean_patches(h) + b_l, label), over the images that have one
 */
import { type HostParams, type Key, type Params, scope, type Tensor, tf } from "../engine/mod.ts";
import { initialize, linear, linearShapes, shapeTree } from "../nn/mod.ts";

/** Sizes of the heads. */
export interface TokenTerms {
  /** Width of a token. */
  readonly hidden: number;
  /** Side of a patch in pixels. */
  readonly patch: number;
  /** Cells along a patch's side whose mean colours are asked for; divides `patch`. */
  readonly cells: number;
  /** What else is asked for, by name, and how many there are of it to tell apart. */
  readonly labels: Readonly<Record<string, number>>;
}

/** Fresh heads: `colours.*`, `thing.*`, `labels.<name>.*`. */
export function initTokenHeads(from: Key, { hidden, cells, labels }: TokenTerms): HostParams {
  const shapes = shapeTree({
    colours: linearShapes(hidden, 3 * cells * cells),
    thing: linearShapes(hidden, 3),
    labels: shapeTree(
      Object.fromEntries(Object.entries(labels).map(([name, count]) => [name, linearShapes(hidden, count)])),
    ),
  });
  return initialize(from, shapes);
}

/** The tokens of the patches, without the class token. [batch 1+patches hidden] → [batch patches hidden]. */
const patchesOf = (tokens: Tensor): Tensor => tf.slice(tokens, [0, 1, 0], [-1, -1, -1]);

/** Mean colours of the cells of every patch, row by row. [batch 3 side side] → [batch patches 3·cells²]. */
export function cellColours(
  pixels: Tensor,
  { patch, cells }: Pick<TokenTerms, "patch" | "cells">,
): Tensor {
  const [batch, , side] = pixels.shape as [number, number, number];
  const [along, pixelsOfCell] = [side / patch, patch / cells];
  const means = tf.mean(
    tf.reshape(pixels, [batch, 3, along * cells, pixelsOfCell, along * cells * pixelsOfCell]),
    3,
  );
  const cellMeans = tf.mean(tf.reshape(means, [batch * 3 * along * cells, along * cells, pixelsOfCell]), 2);
  const byPatch = tf.transpose(
    tf.reshape(cellMeans, [batch * 3, along, cells, along, cells]),
    [0, 1, 3, 2, 4],
  );
  return tf.reshape(
    tf.transpose(tf.reshape(byPatch, [batch, 3, along * along, cells * cells]), [0, 2, 1, 3]),
    [batch, along * along, 3 * cells * cells],
  );
}

/** L_colours: a scalar, lower is better, 0 when the tokens say every cell's mean colour. */
export function colourTerm(heads: Params, terms: TokenTerms, of: { tokens: Tensor; pixels: Tensor }): Tensor {
  const said = linear(scope(heads, "colours"), patchesOf(of.tokens));
  return tf.mean(tf.square(tf.sub(said, cellColours(of.pixels, terms))));
}

/** What is read off all patches together. */
const readOff = (heads: Params, head: string, tokens: Tensor): Tensor =>
  linear(scope(heads, head), tf.mean(patchesOf(tokens), 1));

/** Sum of `terms` [batch] over the images that count, by how many these are; 0 for a batch without any. */
const meanOver = (counted: Tensor, terms: Tensor): Tensor =>
  tf.div(tf.sum(terms), tf.maximum(tf.sum(counted), 1));

/**
 * L_thing: a scalar, lower is better, 0 when the tokens say the thing's mean colour, and for a batch without any thing. `colours` [batch 3] in [-1, 1];
 * `shown` [batch 1] is 1 for an image that has a thing and 0 for others.
 */
export function thingTerm(heads: Params, of: { tokens: Tensor; colours: Tensor; shown: Tensor }): Tensor {
  const said = readOff(heads, "thing", of.tokens);
  const squares = tf.mean(tf.square(tf.sub(said, of.colours)), 1, true);
  return meanOver(of.shown, tf.mul(squares, of.shown));
}

/**
 * L_label in nats of one label, the mean over the images that have it; 0 for a batch without any. `which` [batch count] is 1 at an image's label and 0
 * elsewhere, all 0 where it has none.
 */
export function labelTerm(heads: Params, label: string, of: { tokens: Tensor; which: Tensor }): Tensor {
  const logits = readOff(heads, `labels.${label}`, of.tokens);
  return meanOver(of.which, tf.neg(tf.mul(tf.logSoftmax(logits), of.which)));
}
