/** Numbers and texts whose type says what they can be; the schemas of the stored results follow it. */

/**
 * How many.
 * @asType integer
 * @minimum 0
 */
export type Count = number;

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
 * Seeds, each once.
 * @minItems 1
 * @uniqueItems
 */
export type Seeds = readonly number[];
