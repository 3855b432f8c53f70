/** Embeds many texts at once: sorted into batches of similar length, each length one program made when first needed. */
import {
  compile,
  type CompileOptions,
  eager,
  type HostArray,
  type Program,
  type ProgramFunction,
  type Tensor,
} from "../engine/mod.ts";
import { MAX_PIECES, SENTENCE_WIDTH, sentenceEncoder, sentenceStates, tooLong } from "./sentence_encoder.ts";
import type { SentenceEncoder } from "./sentence_encoder_package.ts";

/** Padded lengths: a text goes to the shortest it fits. */
const LENGTHS = [8, 12, 16, 24, 32, 64, MAX_PIECES] as const;

/** What is computed of a text. */
const KINDS = { sentences: sentenceEncoder, states: sentenceStates } as const;
type Kind = keyof typeof KINDS;

/** How texts are run. */
export interface EmbedOptions {
  /** "compiled" (default) or "cpu", tfjs's slow reference backend. */
  readonly engine?: "compiled" | "cpu";
  /** Texts per run; default 32 compiled, 4 on "cpu". */
  readonly batch?: number;
  /** Where and how the compiled programs run. */
  readonly compile?: CompileOptions;
}

/** A sentence encoder ready to run. */
export interface SentenceEmbedder {
  /**
   * Unit vectors of texts, row-major → [texts 512].
   *
   * @throws UserError when a text has more than 128 word pieces.
   */
  embed(texts: readonly string[]): Promise<Float32Array>;
  /**
   * States of each text's word pieces, unit vectors, row-major → [pieces 512] per text; an empty text has none.
   *
   * @throws UserError when a text has more than 128 word pieces.
   */
  states(texts: readonly string[]): Promise<Float32Array[]>;
  /** Frees the programs made so far. */
  dispose(): Promise<void>;
}

/** Prepares an encoder for repeated use. Programs are made on demand, so that a short text never pays for a long one's. */
export function createSentenceEmbedder(
  encoder: SentenceEncoder,
  options: EmbedOptions = {},
): SentenceEmbedder {
  const { engine = "compiled" } = options;
  const batch = options.batch ?? (engine === "compiled" ? 32 : 4);
  if (!Number.isInteger(batch) || batch < 1) {
    throw new RangeError(`createSentenceEmbedder() needs a batch of at least 1, got ${batch}`);
  }
  const programs = new Map<string, Promise<Program>>();
  const programFor = (kind: Kind, length: number) => {
    const id = `${kind} ${length}`;
    let program = programs.get(id);
    if (!program) {
      const parts = {
        frozen: encoder.params,
        inputs: { ids: { dtype: "int32", shape: [batch, length] }, mask: { shape: [batch, length] } },
      } as const;
      const encode = KINDS[kind];
      const fn: ProgramFunction = (frozen, _state, { ids, mask }) => ({
        outputs: { rows: encode(frozen, { ids: ids as Tensor, mask: mask as Tensor }) },
      });
      program = engine === "compiled"
        ? compile(fn, parts, options.compile)
        : eager(fn, parts, { backend: "cpu" });
      programs.set(id, program);
    }
    return program;
  };
  /** Runs all texts; `each` gets a text's number, its count of pieces, and its part of the output, to copy from. */
  async function run(
    kind: Kind,
    texts: readonly string[],
    each: (row: number, pieces: number, output: Float32Array) => void,
  ): Promise<void> {
    const groups = new Map<number, { row: number; pieces: number[] }[]>();
    texts.forEach((text, row) => {
      const pieces = encoder.tokenizer.encode(text);
      const length = LENGTHS.find((most) => pieces.length <= most);
      if (length === undefined) throw tooLong(text, pieces.length, MAX_PIECES);
      const group = groups.get(length);
      if (group) group.push({ row, pieces });
      else groups.set(length, [{ row, pieces }]);
    });
    for (const [length, members] of groups) {
      const program = await programFor(kind, length);
      for (let first = 0; first < members.length; first += batch) {
        const part = members.slice(first, first + batch);
        const ids = new Int32Array(batch * length);
        const mask = new Float32Array(batch * length);
        part.forEach(({ pieces }, i) => {
          ids.set(pieces, i * length);
          mask.fill(1, i * length, i * length + pieces.length);
        });
        const { rows } = await program.run({ ids, mask });
        const data = (rows as HostArray).data as Float32Array;
        const width = data.length / batch;
        part.forEach(({ row, pieces }, i) =>
          each(row, pieces.length, data.subarray(i * width, (i + 1) * width))
        );
      }
    }
  }
  return {
    async embed(texts) {
      const rows = new Float32Array(texts.length * SENTENCE_WIDTH);
      await run("sentences", texts, (row, _pieces, vector) => rows.set(vector, row * SENTENCE_WIDTH));
      return rows;
    },
    async states(texts) {
      const states: Float32Array[] = [];
      await run("states", texts, (row, pieces, padded) => {
        states[row] = padded.slice(0, pieces * SENTENCE_WIDTH);
      });
      return states;
    },
    async dispose() {
      const made = [...programs.values()];
      programs.clear();
      for (const program of made) await (await program).dispose();
    },
  };
}

/** Embeds texts once → [texts 512]; keep a {@link createSentenceEmbedder} where more will follow. Throws as `embed` does. */
export async function embedSentences(
  encoder: SentenceEncoder,
  texts: readonly string[],
  options: EmbedOptions = {},
): Promise<Float32Array> {
  const embedder = createSentenceEmbedder(encoder, options);
  try {
    return await embedder.embed(texts);
  } finally {
    await embedder.dispose();
  }
}
