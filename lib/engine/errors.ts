/** A mistake in what the user gave (an option, a file, a name): answered with this one sentence and exit code 2. */
export class UserError extends Error {
  /** Tells it from mistakes of the program. */
  override readonly name = "UserError";
}
