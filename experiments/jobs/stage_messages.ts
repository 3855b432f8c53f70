/** What a process that computes stages tells the one that started it: JSON, one line each, on its standard output. */

/** What happened to a stage. */
export type StageMessage =
  | { readonly kind: "progress"; readonly done: number; readonly total: number; readonly unit: string }
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "end"; readonly state: "done" | "stopped" | "failed"; readonly text: string };

const MARK = "stage message ";

/** A message as a line, which nothing else prints by chance. */
export const lineOf = (message: StageMessage): string => `${MARK}${JSON.stringify(message)}\n`;

/** The message in a line; undefined where it is something else. */
export function messageIn(line: string): StageMessage | undefined {
  return line.startsWith(MARK) ? JSON.parse(line.slice(MARK.length)) as StageMessage : undefined;
}

/** Lines of a stream, also a last one without its end. */
export async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const part of stream) {
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop() as string;
    yield* lines;
  }
  if (rest !== "") yield rest;
}
