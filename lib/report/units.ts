/** Numbers and texts whose type says what they can be; the schemas of the stored results follow it. */
import type { TaskId } from "../tasks/mod.ts";

/**
 * How many.
 * @asType integer
 * @minimum 0
 */
export type Count = number;

/**
 * How many, at least one.
 * @asType integer
 * @minimum 1
 */
export type PositiveCount = number;

/**
 * How many, at least two: what varies.
 * @asType integer
 * @minimum 2
 */
export type SeveralCount = number;

/**
 * A share, in [0, 1].
 * @minimum 0
 * @maximum 1
 */
export type Share = number;

/**
 * Seconds.
 * @minimum 0
 */
export type Seconds = number;

/**
 * A SHA-256 hash in hexadecimal.
 * @pattern ^[0-9a-f]{64}$
 */
export type Sha256 = string;

/**
 * The hash of a commit.
 * @pattern ^[0-9a-f]{40}$
 */
export type Commit = string;

/**
 * A text that says something.
 * @minLength 1
 */
export type NonEmptyText = string;

/**
 * A training seed.
 * @asType integer
 */
export type Seed = number;

/**
 * Seeds, each once.
 * @minItems 1
 * @uniqueItems
 */
export type Seeds = readonly Seed[];

/**
 * Tasks, each once.
 * @uniqueItems
 */
export type Tasks = readonly TaskId[];
