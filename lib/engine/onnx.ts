/** Writes a graph as ONNX bytes (the part of onnx.proto that a plain graph needs; field numbers from the ONNX specification). */
import { parse, relative, sep } from "node:path";
import protobuf from "protobufjs";
import type { FileArray } from "./file_array.ts";
import type { Attribute, Constant, Graph } from "./graph.ts";
import { sizeOf } from "./host_array.ts";
import { STORED_WIDTH } from "./stored_array.ts";

const SCHEMA = {
  nested: {
    onnx: {
      nested: {
        ModelProto: {
          fields: {
            irVersion: { type: "int64", id: 1 },
            producerName: { type: "string", id: 2 },
            graph: { type: "GraphProto", id: 7 },
            opsetImport: { rule: "repeated", type: "OperatorSetIdProto", id: 8 },
          },
        },
        OperatorSetIdProto: {
          fields: { domain: { type: "string", id: 1 }, version: { type: "int64", id: 2 } },
        },
        GraphProto: {
          fields: {
            node: { rule: "repeated", type: "NodeProto", id: 1 },
            name: { type: "string", id: 2 },
            initializer: { rule: "repeated", type: "TensorProto", id: 5 },
            input: { rule: "repeated", type: "ValueInfoProto", id: 11 },
            output: { rule: "repeated", type: "ValueInfoProto", id: 12 },
          },
        },
        NodeProto: {
          fields: {
            input: { rule: "repeated", type: "string", id: 1 },
            output: { rule: "repeated", type: "string", id: 2 },
            name: { type: "string", id: 3 },
            opType: { type: "string", id: 4 },
            attribute: { rule: "repeated", type: "AttributeProto", id: 5 },
            domain: { type: "string", id: 7 },
          },
        },
        AttributeProto: {
          fields: {
            name: { type: "string", id: 1 },
            f: { type: "float", id: 2 },
            i: { type: "int64", id: 3 },
            s: { type: "bytes", id: 4 },
            ints: { rule: "repeated", type: "int64", id: 8, options: { packed: false } },
            type: { type: "int32", id: 20 },
          },
        },
        TensorProto: {
          fields: {
            dims: { rule: "repeated", type: "int64", id: 1, options: { packed: false } },
            dataType: { type: "int32", id: 2 },
            name: { type: "string", id: 8 },
            rawData: { type: "bytes", id: 9 },
            externalData: { rule: "repeated", type: "StringStringEntryProto", id: 13 },
            dataLocation: { type: "int32", id: 14 },
          },
        },
        StringStringEntryProto: {
          fields: { key: { type: "string", id: 1 }, value: { type: "string", id: 2 } },
        },
        ValueInfoProto: { fields: { name: { type: "string", id: 1 }, type: { type: "TypeProto", id: 2 } } },
        TypeProto: { fields: { tensorType: { type: "TypeProtoTensor", id: 1 } } },
        TypeProtoTensor: {
          fields: { elemType: { type: "int32", id: 1 }, shape: { type: "TensorShapeProto", id: 2 } },
        },
        TensorShapeProto: { fields: { dim: { rule: "repeated", type: "Dimension", id: 1 } } },
        Dimension: { fields: { dimValue: { type: "int64", id: 1 } } },
      },
    },
  },
};

const CODES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
const FILE_CODES = { F32: 1, F16: 10, BF16: 16 } as const;
/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;
/** Operator set of the default domain; every lowering is written against it. */
const OPSET = 18;
const IR_VERSION = 9;

const modelType = protobuf.Root.fromJSON(SCHEMA).lookupType("onnx.ModelProto");

function attribute(name: string, value: Attribute): Record<string, unknown> {
  if (typeof value === "number") return { name, i: value, type: 2 };
  if (typeof value === "string") return { name, s: new TextEncoder().encode(value), type: 3 };
  if ("float" in value) return { name, f: value.float, type: 1 };
  return { name, ints: [...value], type: 7 };
}

function initializer(name: string, constant: Constant): Record<string, unknown> {
  const data = constant.dtype === "int64" ? BigInt64Array.from(constant.data, BigInt) : constant.data;
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims: [...constant.shape], dataType: CODES[constant.dtype], rawData };
}

/** The folder that locations of stored constants are relative to: the root of their file system. */
export function storageRoot(graph: Graph): string | undefined {
  const roots = new Set([...graph.stored?.values() ?? []].map(({ file }) => parse(file).root));
  if (roots.size > 1) {
    throw new RangeError(`Compiling needs all weights on one drive, got ${[...roots].join(" and ")}`);
  }
  return [...roots][0];
}

/** An initializer that stays in its file (ONNX external data). */
function storedInitializer(name: string, array: FileArray): Record<string, unknown> {
  const { file, offset, shape, kind } = array;
  const entries = {
    location: relative(parse(file).root, file).replaceAll(sep, "/"),
    offset: String(offset),
    length: String(sizeOf(shape) * STORED_WIDTH[kind]),
  };
  return {
    name,
    dims: [...shape],
    dataType: FILE_CODES[kind],
    externalData: Object.entries(entries).map(([key, value]) => ({ key, value })),
    dataLocation: EXTERNAL,
  };
}

/** Encodes a graph. Little-endian machines only, as all that run Deno are. */
export function encodeOnnx(graph: Graph): Uint8Array {
  const valueInfo = (name: string) => {
    const info = graph.values.get(name);
    if (!info) throw new RangeError(`Encoding value "${name}": it does not exist`);
    const shape = { dim: info.shape.map((dimValue) => ({ dimValue })) };
    return { name, type: { tensorType: { elemType: CODES[info.dtype], shape } } };
  };
  const message = modelType.create({
    irVersion: IR_VERSION,
    producerName: "ipadapter-instruct",
    opsetImport: [{ domain: "", version: OPSET }, { domain: "com.microsoft", version: 1 }],
    graph: {
      name: "recorded",
      node: graph.nodes.map((node, i) => ({
        input: [...node.inputs],
        output: [...node.outputs],
        name: `${node.op}_${i}`,
        opType: node.op,
        domain: node.domain,
        attribute: Object.entries(node.attributes).map(([name, value]) => attribute(name, value)),
      })),
      initializer: [
        ...[...graph.constants].map(([name, constant]) => initializer(name, constant)),
        ...[...graph.stored ?? []].map(([name, array]) => storedInitializer(name, array)),
      ],
      input: graph.inputs.map(valueInfo),
      output: graph.outputs.map(valueInfo),
    },
  });
  return modelType.encode(message).finish();
}
