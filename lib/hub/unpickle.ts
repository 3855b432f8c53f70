/**
 * A reader of pickles that hold tensor state dicts and nothing else. It is no interpreter: it knows the opcodes that `torch.save` writes for
 * dicts of tensors, looks no name up, calls nothing, and refuses every other opcode and every other global by its name.
 * Source: Python's `pickletools` for the opcodes, torch/_utils.py and torch/serialization.py for the globals.
 */
import { isStoredKind, type StoredKind, UserError } from "../engine/mod.ts";

/** A tensor as the pickle describes it: a strided view of a storage. */
export interface PickledTensor {
  /** Name of the storage's entry below `data/`. */
  readonly storage: string;
  /** Element type of the storage. */
  readonly kind: StoredKind;
  /** Elements in the storage, as the pickle claims. */
  readonly storageSize: number;
  /** First element. */
  readonly offset: number;
  /** Sides, outermost first. */
  readonly shape: readonly number[];
  /** Elements between neighbours along each side. */
  readonly strides: readonly number[];
}

/** Storage classes by global name. */
const STORAGES: Readonly<Record<string, StoredKind>> = {
  "torch.DoubleStorage": "F64",
  "torch.FloatStorage": "F32",
  "torch.HalfStorage": "F16",
  "torch.BFloat16Storage": "BF16",
  "torch.LongStorage": "I64",
  "torch.IntStorage": "I32",
  "torch.ShortStorage": "I16",
  "torch.CharStorage": "I8",
  "torch.ByteStorage": "U8",
  "torch.BoolStorage": "BOOL",
};
/** What else a state dict's pickle may name. */
const BUILDERS = [
  "collections.OrderedDict",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_parameter",
];

/** Dicts of state dicts are at most this deep; a dict that holds itself is deeper. */
const MAX_DEPTH = 8;
const MAX_NAMES = 1_000_000;

class Global {
  constructor(readonly name: string) {}
}
class Tuple {
  constructor(readonly items: readonly Value[]) {}
}
class Storage {
  constructor(readonly key: string, readonly kind: StoredKind, readonly size: number) {}
}
class Tensor implements PickledTensor {
  constructor(
    readonly storage: string,
    readonly kind: StoredKind,
    readonly storageSize: number,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}
const MARK = Symbol("mark");
type Dict = Map<Value, Value>;
type Value =
  | null
  | boolean
  | number
  | string
  | Dict
  | Value[]
  | Global
  | Tuple
  | Storage
  | Tensor
  | typeof MARK;

/** Names of opcodes that may be met in other pickles, for the refusal. */
const REFUSED: Readonly<Record<number, string>> = {
  0x69: "INST",
  0x6f: "OBJ",
  0x81: "NEWOBJ",
  0x92: "NEWOBJ_EX",
  0x93: "STACK_GLOBAL",
  0x82: "EXT1",
  0x83: "EXT2",
  0x84: "EXT4",
  0x50: "PERSID",
  0x53: "STRING",
  0x54: "BINSTRING",
  0x55: "SHORT_BINSTRING",
  0x95: "FRAME",
  0x94: "MEMOIZE",
};

/** Reads values off a pickle's bytes, every length checked. */
class Reader {
  at = 0;
  readonly #view: DataView;
  constructor(readonly bytes: Uint8Array, readonly fail: (why: string) => never) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  #advance(count: number): number {
    const from = this.at;
    if (count > this.bytes.length - from) {
      this.fail(`its pickle ends within an item at byte ${from}: truncated`);
    }
    this.at += count;
    return from;
  }
  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }
  uint16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }
  int32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }
  uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }
  float64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }
  /** A little-endian two's complement integer of `count` bytes. */
  long(count: number): number {
    if (count > 8) this.fail(`its pickle has an integer of ${count} bytes`);
    const from = this.#advance(count);
    let value = 0n;
    for (let i = count - 1; i >= 0; i--) value = value << 8n | BigInt(this.bytes[from + i] as number);
    const number = Number(BigInt.asIntN(8 * count, value));
    return Number.isSafeInteger(number) ? number : this.fail(`its pickle has an integer beyond 53 bits`);
  }
  text(count: number): string {
    const from = this.#advance(count);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        this.bytes.subarray(from, from + count),
      );
    } catch {
      return this.fail(`its pickle has text that is no UTF-8 at byte ${from}`);
    }
  }
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) this.fail(`its pickle ends within a name at byte ${this.at}: truncated`);
    const found = this.text(end - this.at);
    this.at = end + 1;
    return found;
  }
}

/** The stack machine; every opcode outside the switch is refused. */
function load(bytes: Uint8Array, fail: (why: string) => never): Value {
  const reader = new Reader(bytes, fail);
  const stack: Value[] = [];
  const memo = new Map<number, Value>();
  const pop = (): Value => {
    const top = stack.pop();
    return top === undefined || top === MARK ? fail("its pickle takes from an empty stack") : top;
  };
  const popMark = (): Value[] => {
    const from = stack.lastIndexOf(MARK);
    if (from < 0) fail("its pickle takes from an empty stack");
    return stack.splice(from).slice(1);
  };
  const tuple = (count: number) => new Tuple(Array.from({ length: count }, pop).reverse());
  const peek = <T>(kind: (value: Value | undefined) => value is T & Value, what: string): T => {
    const top = stack.at(-1);
    return kind(top) ? top : fail(`its pickle fills something that is no ${what}`);
  };
  const isDict = (value: Value | undefined): value is Dict => value instanceof Map;
  const isList = (value: Value | undefined): value is Value[] => Array.isArray(value);
  const fill = (items: readonly Value[]) => {
    const dict = peek(isDict, "dict");
    if (items.length % 2 !== 0) fail("its pickle has a key without a value");
    for (let i = 0; i < items.length; i += 2) dict.set(items[i] as Value, items[i + 1] as Value);
  };
  const recall = (index: number): Value =>
    memo.get(index) ?? fail(`its pickle recalls an unknown item ${index}`);
  const keep = (index: number) => {
    const top = stack.at(-1);
    memo.set(index, top === undefined || top === MARK ? fail("its pickle keeps nothing") : top);
  };
  while (true) {
    const place = reader.at;
    const code = reader.byte();
    switch (String.fromCharCode(code)) {
      case "\x80": {
        const protocol = reader.byte();
        if (protocol !== 2) fail(`its pickle has protocol ${protocol}, expected 2, which torch.save writes`);
        break;
      }
      case ".": {
        const result = pop();
        if (stack.length > 0) fail("its pickle leaves more than one value");
        if (reader.at !== bytes.length) fail("its pickle goes on after its end");
        return result;
      }
      case "(":
        stack.push(MARK);
        break;
      case "}":
        stack.push(new Map());
        break;
      case "]":
        stack.push([]);
        break;
      case ")":
        stack.push(new Tuple([]));
        break;
      case "N":
        stack.push(null);
        break;
      case "\x88":
        stack.push(true);
        break;
      case "\x89":
        stack.push(false);
        break;
      case "J":
        stack.push(reader.int32());
        break;
      case "K":
        stack.push(reader.byte());
        break;
      case "M":
        stack.push(reader.uint16());
        break;
      case "\x8a":
        stack.push(reader.long(reader.byte()));
        break;
      case "G":
        stack.push(reader.float64());
        break;
      case "X":
        stack.push(reader.text(reader.uint32()));
        break;
      case "t":
        stack.push(new Tuple(popMark()));
        break;
      case "\x85":
      case "\x86":
      case "\x87":
        stack.push(tuple(code - 0x84));
        break;
      case "q":
        keep(reader.byte());
        break;
      case "r":
        keep(reader.uint32());
        break;
      case "h":
        stack.push(recall(reader.byte()));
        break;
      case "j":
        stack.push(recall(reader.uint32()));
        break;
      case "s": {
        const value = pop();
        fill([pop(), value]);
        break;
      }
      case "u":
        fill(popMark());
        break;
      case "a": {
        const value = pop();
        peek(isList, "list").push(value);
        break;
      }
      case "e": {
        const values = popMark();
        const list = peek(isList, "list");
        for (const value of values) list.push(value);
        break;
      }
      case "c": {
        const name = `${reader.line()}.${reader.line()}`;
        if (!Object.hasOwn(STORAGES, name) && !BUILDERS.includes(name)) {
          fail(`its pickle names ${name}, which no state dict of tensors needs; nothing was executed`);
        }
        stack.push(new Global(name));
        break;
      }
      case "Q":
        stack.push(storage(pop(), fail));
        break;
      case "R": {
        const args = pop(), called = pop();
        stack.push(build(called, args, fail));
        break;
      }
      case "b":
        // A module's OrderedDict carries `_metadata` (versions of its layers), which no tensor depends on.
        pop();
        peek(isDict, "dict");
        break;
      default:
        fail(
          `its pickle uses opcode ${
            REFUSED[code] ?? `0x${code.toString(16).padStart(2, "0")}`
          } at byte ${place}, which no state dict of tensors needs; nothing was executed`,
        );
    }
  }
}

/** ("storage", class, key, device, elements) → a storage. */
function storage(id: Value, fail: (why: string) => never): Storage {
  const [tag, kind, key, , size] = id instanceof Tuple ? id.items : [];
  const stored = kind instanceof Global ? STORAGES[kind.name] : undefined;
  if (tag !== "storage" || !isStoredKind(stored) || typeof key !== "string" || !isCount(size)) {
    return fail("its pickle refers to something that is no storage of tensors");
  }
  return new Storage(key, stored, size);
}

/** What a call of a permitted global stands for; nothing is called. */
function build(called: Value, args: Value, fail: (why: string) => never): Value {
  const name = called instanceof Global ? called.name : "something without a name";
  const items = args instanceof Tuple ? args.items : fail(`its pickle calls ${name} without arguments`);
  if (name === "collections.OrderedDict" && items.length === 0) return new Map();
  if (name === "torch._utils._rebuild_parameter" && items[0] instanceof Tensor) return items[0];
  if (name === "torch._utils._rebuild_tensor_v2") {
    const [from, offset, shape, strides] = items;
    const sizes = counts(shape), steps = counts(strides);
    if (from instanceof Storage && isCount(offset) && sizes && steps && sizes.length === steps.length) {
      return new Tensor(from.key, from.kind, from.size, offset, sizes, steps);
    }
  }
  return fail(`its pickle calls ${name} with arguments that make no tensor`);
}

function isCount(value: Value | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function counts(value: Value | undefined): number[] | undefined {
  return value instanceof Tuple && value.items.every(isCount) ? value.items as number[] : undefined;
}

function kindOf(value: Value): string {
  if (value === null) return "None";
  if (value instanceof Global) return value.name;
  if (value instanceof Tuple) return "a tuple";
  if (value instanceof Storage) return "a bare storage";
  return Array.isArray(value) ? "a list" : `a ${typeof value}`;
}

/**
 * The tensors of a state dict's pickle by name, nested dicts flattened with dots, in the file's order.
 *
 * @param options.what the file, for errors.
 * @throws UserError naming what the pickle holds besides a (nested) dict of tensors.
 */
export function unpickleStateDict(
  bytes: Uint8Array,
  options: { what: string },
): Record<string, PickledTensor> {
  const fail = (why: string): never => {
    throw new UserError(`Reading ${options.what} failed: ${why}`);
  };
  const tensors: Record<string, PickledTensor> = {};
  let names = 0;
  const flatten = (value: Value, path: string, depth: number): void => {
    if (value instanceof Tensor) {
      if (path === "") fail("expected a dict of tensors, got a single tensor");
      if (Object.hasOwn(tensors, path)) fail(`it holds "${path}" twice`);
      tensors[path] = value;
    } else if (value instanceof Map) {
      if (depth > MAX_DEPTH) fail(`its dicts are nested more than ${MAX_DEPTH} deep at "${path}"`);
      for (const [key, inner] of value) {
        if (typeof key !== "string" || key === "__proto__") {
          fail(`it has the key ${String(key)} below "${path}"`);
        }
        if (++names > MAX_NAMES) fail(`it holds more than ${MAX_NAMES} names`);
        flatten(inner, path === "" ? key as string : `${path}.${key as string}`, depth + 1);
      }
    } else fail(`expected tensors only, "${path}" is ${kindOf(value)}`);
  };
  flatten(load(bytes, fail), "", 0);
  return tensors;
}
