/** One side of the t-SNE bench: a process that answers JSON lines. */
import { Conversation, type ConversationOptions } from "./timing/conversation.ts";

/** One layout. */
export interface TimedLayout {
  readonly milliseconds: number;
  /** Iterations it took; scikit-learn may end early. */
  readonly iterations: number;
}

/** A program that lays the points out again and again. */
export interface TsneSide {
  readonly name: string;
  readonly threads: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Lays the points out and writes the layout to a file, float32 rows of 2 numbers. */
  layout(path: string): Promise<TimedLayout>;
  /** Largest resident memory so far, MiB. */
  peakMemory(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Starts a side and waits until it has read the points.
 *
 * @throws Error with its last words when it ends instead of answering.
 */
export async function startTsneSide(options: ConversationOptions): Promise<TsneSide> {
  const side = new Conversation(options);
  const { threads, versions } = await side.answer<Pick<TsneSide, "threads" | "versions">>();
  return {
    name: options.name,
    threads,
    versions,
    layout: (path) => side.ask<TimedLayout>({ do: "layout", path }),
    peakMemory: async () => (await side.usage()).peakMemoryMiB,
    close: () => side.end(),
  };
}
