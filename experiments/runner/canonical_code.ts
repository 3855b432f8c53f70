/**
 * Code without what changes nothing that it computes. From a bundled and minified script this takes out
 *
 * - local names: numbered by their first occurrence, since a minifier hands them out by how often letters occur;
 * - what an error says: the arguments of `new` of any class of errors and of whatever is thrown;
 * - what a person reads: the arguments of `.notice(…)`, `.progress(…)` and `.watch(…)`;
 * - fields of records that nothing reads (see `canonicalCode()`);
 * - functions, classes, imports and constants that only those used;
 * - where such a declaration stands: what runs when the script is loaded comes first, in its order, then what it uses, and so on.
 *
 * All else stays, texts included: a text that is no error's may be an instruction.
 */
import { acts, bindings, boundIn, childrenOf, idle, type Tree, treeOf } from "./syntax_tree.ts";

/** Methods whose arguments are for people. */
const FOR_PEOPLE = new Set(["notice", "progress", "watch"]);

/** A local name in code; names of variables, of private fields and of labels may be alike. */
interface LocalName {
  readonly kind: "" | "#" | ":";
  readonly name: string;
}

/** What of a script stays or goes as one: a statement, a declared variable, an imported name. */
interface Part {
  readonly node: Tree;
  readonly names: readonly string[];
  /** Stays, whether used or not. */
  readonly root: boolean;
  /** Written before and behind it. */
  readonly around: readonly [string, string];
  /** Packages that it imports. */
  readonly imports: readonly string[];
}

/** The parts of a script, in order. */
function* partsOf(program: Tree): Generator<Part> {
  for (const node of program["body"] as Tree[]) {
    const source = node["source"] as Tree | null | undefined;
    const imports = source ? [source["value"] as string] : [];
    if (node.type === "VariableDeclaration") {
      for (const each of node["declarations"] as Tree[]) {
        const root = !idle(each["init"] as Tree | null);
        yield { node: each, names: [...bindings(each)], root, around: [`${node["kind"]} `, ";\n"], imports };
      }
    } else if (node.type === "ImportDeclaration" && (node["specifiers"] as Tree[]).length > 0) {
      for (const each of node["specifiers"] as Tree[]) {
        const [open, close] = each.type === "ImportSpecifier" ? ["{", "}"] : [" ", " "];
        const around = [`import${open}`, `${close}from${source?.["raw"]};\n`] as const;
        yield { node: each, names: [...bindings(each)], root: false, around, imports };
      }
    } else {
      const root = !/^(Function|Class)Declaration$/.test(node.type) || !idle(node);
      const names = [...bindings(node)].slice(0, 1);
      yield { node, names, root, around: ["", "\n"], imports };
    }
  }
}

/** Tells classes of errors, by the name they are called or the class they extend. */
function errorClasses(parts: readonly Part[], bound: ReadonlySet<string>): (callee: Tree | null) => boolean {
  const errors = new Set<string>();
  const isError = (callee: Tree | null): boolean => {
    if (callee?.type === "MemberExpression") {
      return /Error$/.test(String((callee["property"] as Tree)["name"]));
    }
    if (callee?.type !== "Identifier") return false;
    const name = callee["name"] as string;
    return errors.has(name) || (!bound.has(name) && /Error$/.test(name));
  };
  // A class may extend another that is declared further down.
  for (let before = -1; before !== errors.size;) {
    before = errors.size;
    for (const { node, names: [name = ""] } of parts) {
      const made = node.type === "VariableDeclarator" ? node["init"] as Tree | null : node;
      if (made && /^Class/.test(made.type) && isError(made["superClass"] as Tree | null)) errors.add(name);
    }
  }
  return isError;
}

/** Names by which fields may be read: of members, in patterns, and as texts. */
function* namesRead(node: Tree): Generator<string> {
  const key = node.type === "MemberExpression" ? node["property"] as Tree : undefined;
  if (key?.type === "Identifier" && !node["computed"]) yield key["name"] as string;
  if (node.type === "ObjectPattern") {
    for (const each of node["properties"] as Tree[]) {
      if (each["key"]) yield String((each["key"] as Tree)["name"] ?? (each["key"] as Tree)["value"]);
    }
  }
  if (node.type === "Literal" && typeof node["value"] === "string") yield node["value"];
  for (const child of childrenOf(node)) yield* namesRead(child);
}

/** The fields of an object literal by name; undefined where some are spread or computed. */
function fieldsOf(node: Tree): Map<string, Tree> | undefined {
  const fields = node["properties"] as Tree[];
  return fields.every((each) => each.type === "Property" && !each["computed"])
    ? new Map(fields.map((each) => [String((each["key"] as Tree)["name"]), each]))
    : undefined;
}

/** A part's code as texts and local names between them, without words for people, and the packages that it imports late. */
function piecesOf(
  part: Tree,
  text: string,
  options: {
    bound: ReadonlySet<string>;
    isError: (callee: Tree | null) => boolean;
    unread: (literal: Tree) => readonly Tree[];
  },
): { pieces: (string | LocalName)[]; late: string[] } {
  const { bound, isError, unread } = options;
  const pieces: (string | LocalName)[] = [];
  const late: string[] = [];
  let at = part.start;
  const put = ({ start, end }: { start: number; end: number }, ...replacement: (string | LocalName)[]) => {
    pieces.push(text.slice(at, start), ...replacement);
    at = end;
  };
  const local = ({ name }: Tree, kind: LocalName["kind"] = ""): LocalName => ({ kind, name: name as string });
  const textOf = ({ start, end }: Tree) => text.slice(start, end);
  type Visit = (node: Tree) => void;

  /** Visits a node and leaves its texts out. */
  const withoutWords: Visit = (node) => {
    if (node.type === "TemplateElement") put(node, "");
    else if (node.type === "Literal" && typeof node["value"] === "string") put(node, '""');
    else visit(node, withoutWords);
  };
  /** Arguments for people go; those that do something lose their words alone. */
  const ofWords = (args: readonly Tree[]): void => {
    const [first, last] = [args[0], args.at(-1)];
    if (first === undefined || last === undefined) return;
    if (args.some(acts)) args.forEach(withoutWords);
    else put({ start: first.start, end: last.end }, "");
  };
  const visit = (node: Tree, next: Visit): void => {
    const field = (name: string) => node[name] as Tree;
    const named = (name: string) => {
      if (node["computed"] || field(name).type === "PrivateIdentifier") next(field(name));
    };
    switch (node.type) {
      case "Identifier":
        if (bound.has(node["name"] as string)) put(node, local(node));
        return;
      case "PrivateIdentifier":
        return put(node, local(node, "#"));
      case "MetaProperty":
        return;
      case "ObjectExpression": {
        const left = new Set(unread(node));
        for (const each of node["properties"] as Tree[]) left.has(each) ? put(each, "") : next(each);
        return;
      }
      case "MemberExpression":
        next(field("object"));
        return named("property");
      case "Property":
        if (node["shorthand"]) put({ start: node.start, end: node.start }, `${textOf(field("key"))}:`);
        else named("key");
        return next(field("value"));
      case "MethodDefinition":
      case "PropertyDefinition":
        named("key");
        if (node["value"]) next(field("value"));
        return;
      case "ImportSpecifier":
        return put(node, `${textOf(field("imported"))} as `, local(field("local")));
      case "ExportSpecifier":
        return put(node, local(field("local")), ` as ${textOf(field("exported"))}`);
      case "LabeledStatement":
      case "BreakStatement":
      case "ContinueStatement":
        if (node["label"]) put(field("label"), local(field("label"), ":"));
        if (node["body"]) next(field("body"));
        return;
      case "ThrowStatement": {
        const thrown = field("argument");
        if (thrown.type !== "NewExpression") return withoutWords(thrown);
        next(thrown["callee"] as Tree);
        return ofWords(thrown["arguments"] as Tree[]);
      }
      case "NewExpression":
        if (!isError(field("callee"))) break;
        next(field("callee"));
        return ofWords(node["arguments"] as Tree[]);
      case "CallExpression": {
        const callee = field("callee");
        if (callee.type !== "MemberExpression" || callee["computed"]) break;
        if (!FOR_PEOPLE.has((callee["property"] as Tree)["name"] as string)) break;
        next(callee);
        return ofWords(node["arguments"] as Tree[]);
      }
      case "ImportExpression":
        if (field("source").type === "Literal") late.push(field("source")["value"] as string);
    }
    for (const child of childrenOf(node)) next(child);
  };
  const visitAll: Visit = (node) => visit(node, visitAll);
  visitAll(part);
  pieces.push(text.slice(at, part.end));
  return { pieces, late };
}

/**
 * The code of a script in its canonical form, and the packages that it imports.
 *
 * @param options.records fields of records, by kind: of an object literal with exactly the fields of one kind those go whose name nothing
 *   reads. Code may take such a record's fields by their names alone, not spread or list them.
 */
export function canonicalCode(
  text: string,
  options: { readonly records?: readonly (readonly string[])[] } = {},
): { code: string; imports: string[] } {
  const { records = [] } = options;
  const program = treeOf(text);
  const bound = boundIn(program);
  const parts = [...partsOf(program)];
  const isError = errorClasses(parts, bound);
  const read = new Set(records.length > 0 ? namesRead(program) : []);
  const unread = (literal: Tree): readonly Tree[] => {
    const fields = fieldsOf(literal);
    const isRecord = records.some((each) =>
      fields?.size === each.length && each.every((name) => fields.has(name))
    );
    return isRecord ? [...fields!].flatMap(([name, each]) => read.has(name) ? [] : [each]) : [];
  };
  const owners = new Map(parts.flatMap((part) => part.names.map((each) => [each, part] as const)));

  // What is added while it is gone through is gone through, too.
  const reached = new Map<Part, (string | LocalName)[]>(
    parts.filter(({ root }) => root).map((part) => [part, []]),
  );
  const imports = new Set<string>();
  for (const part of reached.keys()) {
    const { pieces, late } = piecesOf(part.node, text, { bound, isError, unread });
    reached.set(part, pieces);
    for (const each of [...part.imports, ...late]) imports.add(each);
    for (const piece of pieces) {
      const owner = typeof piece === "object" && piece.kind === "" ? owners.get(piece.name) : undefined;
      if (owner !== undefined && !reached.has(owner)) reached.set(owner, []);
    }
  }

  const numbers = new Map<string, string>();
  const numbered = ({ kind, name }: LocalName) => {
    const number = numbers.get(kind + name) ?? `${kind === "#" ? "#" : ""}$${numbers.size}`;
    numbers.set(kind + name, number);
    return number;
  };
  const code = [...reached].map(([{ around }, pieces]) => {
    const written = pieces.map((piece) => typeof piece === "string" ? piece : numbered(piece));
    return around[0] + written.join("") + around[1];
  }).join("");
  return { code, imports: [...imports].sort() };
}
