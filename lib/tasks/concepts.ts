/**
 * What is drawn: the concepts (data/concepts.json), and who may see which drawing of one.
 *
 * A concept is one word whose drawing exists in every family; concepts that look alike share a cluster, and a
 * whole cluster belongs to adapter training or to validation (data/concepts.json fixes which).
 */
import { fold, key, stream } from "../engine/mod.ts";
import file from "../../data/concepts.json" with { type: "json" };
import { FAMILIES, type Family } from "./families/mod.ts";

/** A thing that can be drawn. */
export interface Concept {
  /** One lower-case word, unique. */
  readonly word: string;
  /** "a", "an", or "" for plurals and substances. */
  readonly article: string;
  /** The character itself. */
  readonly emoji: string;
  /** Name of the drawing in the icon sets. */
  readonly icon: string;
  /** File name of the 3D drawing, without extension. */
  readonly webp: string;
  /** animals, food, travel, activities or objects. */
  readonly group: string;
  /** Things that look alike share it. */
  readonly cluster: string;
  /** Adapter training or validation. */
  readonly split: "train" | "val";
}

/** All concepts, in the file's order. */
export const CONCEPTS: readonly Concept[] = file.concepts.map((concept) => ({
  ...concept,
  split: concept.split === "val" ? "val" : "train",
}));

/** "a fox", "an owl", "grapes". */
export function withArticle(concept: Concept): string {
  return concept.article === "" ? concept.word : `${concept.article} ${concept.word}`;
}

const PROBE_SHARE = 0.05;
const probes = new Set<string>();
for (const concept of CONCEPTS) {
  for (const family of FAMILIES) {
    if (stream(fold(key("probe cells"), concept.word, family)).float() < PROBE_SHARE) {
      probes.add(`${concept.word}/${family}`);
    }
  }
}

/** True for the 5 % of (concept, family) drawings that no pool ever shows: unseen drawings of known things. */
export function isProbeCell(concept: Concept, family: Family): boolean {
  return probes.has(`${concept.word}/${family}`);
}
