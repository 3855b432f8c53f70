import { prefixed, type Shapes } from "../engine/mod.ts";

/**
 * Joins the shapes of named parts, in this order: `shapeTree({norm1: normShapes(8), attn1: …})` has "norm1.weight", …
 * Arrays become numbered parts: `{resnets: [a, b]}` has "resnets.0.…", "resnets.1.…".
 */
export function shapeTree(parts: Record<string, Shapes | readonly Shapes[]>): Shapes {
  const tree: Record<string, readonly number[]> = {};
  for (const [name, part] of Object.entries(parts)) {
    const list = Array.isArray(part) ? part as readonly Shapes[] : undefined;
    if (!list) Object.assign(tree, prefixed(part as Shapes, name));
    else list.forEach((shapes, i) => Object.assign(tree, prefixed(shapes, `${name}.${i}`)));
  }
  return tree;
}
