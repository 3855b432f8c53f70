/**
 * A folder of pairs as training reads it (Sec. 3.4, 3.5): targets' latents and conditions' tokens from the cache, prompts as word ids, instructions as
 * vectors. A target's latents are sampled anew each time, as IP-Adapter's training does.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ClipTokenizer } from "../../lib/clip/mod.ts";
import type { VaeConfig } from "../../lib/diffusion/mod.ts";
import { fold, key, type Stream, stream, UserError } from "../../lib/engine/mod.ts";
import { textLines } from "../../lib/hub/mod.ts";
import { FIXED_INSTRUCTIONS, instructionCorpus, namedInstruction } from "../../lib/instructions/mod.ts";
import type { AdapterItem, AdapterItems } from "../../lib/training/mod.ts";
import { type TaskId, taskOf } from "../../lib/tasks/mod.ts";
import type { InstructionChoice } from "../setting/experiment.ts";
import {
  type EncodingCache,
  type EncodingItem,
  openEncodingCache,
  type RowEncoder,
} from "./encoding_cache.ts";
import { PAPER_DATASETS } from "./paper_datasets.ts";

/** What pairs are encoded with. */
export interface PairEncoders {
  /** Targets: [mean, logvar] of the unscaled latents. */
  readonly latents: RowEncoder;
  /** Conditions: image tokens. */
  readonly tokens: RowEncoder;
  /** Prompts. What does not fit into a row is cut off, as in IP-Adapter's code. */
  readonly tokenizer: Pick<ClipTokenizer, "encode" | "length">;
  /** Instructions; absent where none are read. */
  readonly instruction?: { encode(text: string): Promise<Float32Array> };
  /** Scale of the latents. */
  readonly vae: Pick<VaeConfig, "scaling_factor" | "shift_factor">;
}

/** One pair's line. */
interface PairLine {
  readonly condition: string;
  readonly target: string;
  readonly prompt: string;
  readonly object?: string;
}

/** The training pairs of a task. */
export interface EncodedPairs extends AdapterItems {
  /** Pictures that were encoded now; the others were in the cache. */
  readonly encoded: number;
  close(): void;
}

/** Vectors of instructions that an object's name is put into, in all: names are few, wordings a thousand. */
const MOST_NAMED = 20_000;

async function readPairs(task: TaskId, folder: string): Promise<PairLine[]> {
  const path = join(folder, "train.jsonl");
  const fail = (place: string, got: string): never => {
    throw new UserError(
      `Reading ${task} pairs failed: expected ${place} as deno task data check wants it, got ${got}`,
    );
  };
  if (!existsSync(path)) fail(path, "nothing there");
  const { fields } = PAPER_DATASETS[task];
  const whole = fields.some(({ name }) => name === "target");
  const { namesObject } = taskOf(task).words;
  const lines: PairLine[] = [];
  for await (const { number, text = "" } of textLines(path)) {
    if (text.trim() === "") continue;
    let given: Record<string, unknown> = {};
    try {
      given = JSON.parse(text) ?? {};
    } catch {
      fail(`${path}:${number}`, "a line that is no JSON");
    }
    const of = (name: string): string => {
      const value = given[name];
      return typeof value === "string" && value !== "" ? value : fail(`${path}:${number}`, `no "${name}"`);
    };
    lines.push({
      condition: of("condition"),
      // Where there is no target the condition is it.
      target: of(whole ? "target" : "condition"),
      prompt: of("prompt"),
      ...(namesObject ? { object: of("object") } : {}),
    });
  }
  if (lines.length === 0) fail(path, "no pairs");
  return lines;
}

/** Vectors of instructions by the object's name; "" where none is named. */
async function instructionVectors(
  task: TaskId,
  names: ReadonlySet<string>,
  { encode, choice }: { encode: (text: string) => Promise<Float32Array>; choice: InstructionChoice },
): Promise<ReadonlyMap<string, readonly Float32Array[]>> {
  const all = async (texts: readonly string[]) => {
    const rows: Float32Array[] = [];
    for (const text of texts) rows.push(await encode(text));
    return rows;
  };
  if (choice === "fixed") return new Map([["", await all([FIXED_INSTRUCTIONS[task]])]]);
  const corpus = instructionCorpus(task, "train");
  if (names.size === 0) return new Map([["", await all(corpus)]]);
  const each = Math.max(1, Math.min(corpus.length, Math.floor(MOST_NAMED / names.size)));
  const found = new Map<string, readonly Float32Array[]>();
  for (const name of [...names].sort()) {
    const wordings = stream(fold(key("named instructions"), name)).shuffle(corpus).slice(0, each);
    found.set(name, await all(wordings.map((text) => namedInstruction(text, name))));
  }
  return found;
}

/**
 * Opens a task's training pairs, encoding what the cache has not.
 *
 * @param folder as `deno task data build` makes it.
 * @param options.cache folder of the cache; one serves all tasks.
 * @param options.choice which instruction an item comes with.
 * @throws UserError when a line or a picture is not what it should be.
 */
export async function encodedPairs(
  task: TaskId,
  folder: string,
  { cache, encoders, choice, progress, signal }: {
    readonly cache: string;
    readonly encoders: PairEncoders;
    readonly choice: InstructionChoice;
    readonly progress?: (done: number, total: number) => void;
    readonly signal?: AbortSignal;
  },
): Promise<EncodedPairs> {
  const pairs = await readPairs(task, folder);
  const items = (of: (pair: PairLine) => string): EncodingItem[] =>
    pairs.map((pair) => ({
      name: of(pair),
      read: () =>
        readFile(join(folder, of(pair))).then((bytes) => new Uint8Array(bytes), () => {
          throw new UserError(
            `Encoding ${task} pairs failed: expected the picture ${join(folder, of(pair))}, got none`,
          );
        }),
    }));
  const fill = async (encoder: RowEncoder, of: (pair: PairLine) => string, before: number) => {
    const rows = await openEncodingCache(cache, encoder);
    const { hashes, encoded } = await rows.fill(items(of), {
      progress: (done) => progress?.(before + done, 2 * pairs.length),
      ...(signal ? { signal } : {}),
    });
    return { rows, hashes, encoded };
  };
  const targets = await fill(encoders.latents, ({ target }) => target, 0);
  const conditions = await fill(encoders.tokens, ({ condition }) => condition, pairs.length);
  const { instruction, tokenizer, vae } = encoders;
  const names = new Set(pairs.flatMap(({ object }) => object ?? []));
  const vectors = instruction && choice !== "none"
    ? await instructionVectors(task, names, { encode: (text) => instruction.encode(text), choice })
    : undefined;
  const row = ({ rows, hashes }: { rows: EncodingCache; hashes: readonly string[] }, index: number) =>
    rows.row(hashes[index] as string);
  return {
    items: pairs.length,
    encoded: targets.encoded + conditions.encoded,
    item(index, random): AdapterItem {
      const { prompt, object } = pairs[index] as PairLine;
      const wordings = vectors?.get(object ?? "") ?? vectors?.get("");
      return {
        ...(wordings ? { instruction: random.pick(wordings) } : {}),
        latent: sampled(row(targets, index), vae, random),
        image: row(conditions, index),
        ids: tokenizer.encode([prompt], { truncate: true }),
      };
    },
    close() {
      targets.rows.close();
      conditions.rows.close();
    },
  };
}

/** Scaled latents s (μ + σ ε − shift) of [mean, logvar], as `vaeSample()` makes them. */
function sampled(
  moments: Float32Array,
  { scaling_factor: scale, shift_factor: shift = 0 }: PairEncoders["vae"],
  random: Stream,
): Float32Array {
  const size = moments.length / 2;
  return Float32Array.from({ length: size }, (_, i) => {
    const std = Math.exp(0.5 * (moments[size + i] as number));
    return scale * ((moments[i] as number) + std * random.normal() - (shift ?? 0));
  });
}
