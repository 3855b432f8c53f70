/** A text as one line: what is quoted of a file in a sentence may hold ends of lines and other controls, which are shown by their codes. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]/gu, (letter) => {
    const code = letter.codePointAt(0)!;
    return letter === "\n" ? "\\n" : letter === "\t" ? "\\t" : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A mistake in what the user gave (an option, a file, a name): answered with this one sentence, one line, and exit code 2. */
export class UserError extends Error {
  /** Tells it from mistakes of the program. */
  override readonly name = "UserError";
  /** `message` becomes one line. */
  constructor(message: string, options?: ErrorOptions) {
    super(oneLine(message), options);
  }
}
