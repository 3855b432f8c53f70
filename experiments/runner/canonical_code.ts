/**
 * Code without what changes nothing that it computes. From a bundled and minified script this takes out
 *
 * - local names: numbered by their first occurrence, since a minifier hands them out by how often letters occur;
 * - what an error says: the arguments of `new` of any class of errors and of whatever is thrown;
 * - what a person is told: the arguments of `.notice(…)` and `.progress(…)`;
 * - functions, classes and imports that only those used.
 *
 * All else stays, texts included: a text that is no error's may be an instruction.
 */
import { type Node, parse } from "acorn";

/** Methods whose arguments are for people. */
const TOLD = new Set(["notice", "progress"]);

type Tree = Node & Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

/** The nodes in a node, in the order of the text. */
const childrenOf = (node: Tree): Tree[] =>
  Object.values(node).flat().filter(isTree).sort((a, b) => a.start - b.start);

/** The names that a pattern binds. */
function* boundBy(pattern: Tree | null): Generator<string> {
  if (pattern === null) return;
  switch (pattern.type) {
    case "Identifier":
      return yield pattern["name"] as string;
    case "ObjectPattern":
      for (const each of pattern["properties"] as Tree[]) {
        yield* boundBy((each.type === "RestElement" ? each["argument"] : each["value"]) as Tree);
      }
      return;
    case "ArrayPattern":
      for (const each of pattern["elements"] as (Tree | null)[]) yield* boundBy(each);
      return;
    case "AssignmentPattern":
      return yield* boundBy(pattern["left"] as Tree);
    case "RestElement":
      return yield* boundBy(pattern["argument"] as Tree);
  }
}

/** The names that a node itself binds. */
function* bindings(node: Tree): Generator<string> {
  switch (node.type) {
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ClassDeclaration":
    case "ClassExpression":
    case "ArrowFunctionExpression":
      if (node["id"]) yield* boundBy(node["id"] as Tree);
      for (const each of (node["params"] as Tree[] | undefined) ?? []) yield* boundBy(each);
      return;
    case "CatchClause":
      return yield* boundBy(node["param"] as Tree | null);
    case "ImportSpecifier":
    case "ImportDefaultSpecifier":
    case "ImportNamespaceSpecifier":
      return yield* boundBy(node["local"] as Tree);
  }
}

/** Whether evaluating it may change something, as far as its form tells. */
function acts(node: Tree): boolean {
  return /^(Assignment|Update|Await|Yield)Expression$/.test(node.type) || childrenOf(node).some(acts);
}

/** Whether an initial value can be left out where nothing uses it. */
const idle = (init: Tree | null): boolean =>
  init === null || /FunctionExpression$|^Literal$/.test(init.type) ||
  (/^Class/.test(init.type) &&
    ((init["body"] as Tree)["body"] as Tree[]).every((each) =>
      each.type === "MethodDefinition" || (each.type === "PropertyDefinition" && !each["static"])
    ));

/** A part of a script that stays or goes as one: a statement, a declared variable, an imported name. */
interface Part {
  readonly node: Tree;
  readonly names: readonly string[];
  /** Stays, whether used or not. */
  readonly root: boolean;
  /** Written before and behind it. */
  readonly around: readonly [string, string];
}

/** The parts of a script, in order. */
function* partsOf(program: Tree): Generator<Part> {
  for (const node of program["body"] as Tree[]) {
    if (node.type === "VariableDeclaration") {
      for (const each of node["declarations"] as Tree[]) {
        const names = [...bindings(each)];
        yield {
          node: each,
          names,
          root: !idle(each["init"] as Tree | null),
          around: [`${node["kind"]} `, ";\n"],
        };
      }
    } else if (node.type === "ImportDeclaration" && (node["specifiers"] as Tree[]).length > 0) {
      const source = (node["source"] as Tree)["raw"];
      for (const each of node["specifiers"] as Tree[]) {
        const named = each.type === "ImportSpecifier";
        const around = [named ? "import{" : "import ", `${named ? "}" : " "}from${source};\n`] as const;
        yield { node: each, names: [...bindings(each)], root: false, around };
      }
    } else {
      const root = node.type !== "FunctionDeclaration" && !(node.type === "ClassDeclaration" && idle(node));
      yield { node, names: [...bindings(node)].slice(0, 1), root, around: ["", "\n"] };
    }
  }
}

/** The code in its canonical form, and the specifiers that it imports. */
export function canonicalCode(text: string): { code: string; imports: string[] } {
  const program = parse(text, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Tree;

  const bound = new Set<string>();
  const errors = new Set<string>();
  const look = (node: Tree): void => {
    for (const name of bindings(node)) bound.add(name);
    for (const child of childrenOf(node)) look(child);
  };
  look(program);
  const isError = (callee: Tree | null): boolean => {
    if (callee?.type === "MemberExpression") {
      return /Error$/.test(String((callee["property"] as Tree)["name"]));
    }
    if (callee?.type !== "Identifier") return false;
    const name = callee["name"] as string;
    return errors.has(name) || (!bound.has(name) && /Error$/.test(name));
  };
  const parts = [...partsOf(program)];
  // A class of errors may extend another that is declared further down.
  for (let before = -1; before !== errors.size;) {
    before = errors.size;
    for (const { node, names: [name = ""] } of parts) {
      const made = node.type === "VariableDeclarator" ? node["init"] as Tree | null : node;
      if (made && /^Class/.test(made.type) && isError(made["superClass"] as Tree | null)) errors.add(name);
    }
  }

  /** Writes a node; `name` is asked for each local name, in order. */
  const write = (root: Tree, name: (old: string, kind: "" | "#" | ":") => string): string => {
    let out = "";
    let at = root.start;
    const put = (start: number, end: number, replacement: string) => {
      out += text.slice(at, start) + replacement;
      at = end;
    };
    const words = (node: Tree): void => {
      if (node.type === "TemplateElement" || (node.type === "Literal" && typeof node["value"] === "string")) {
        put(node.start, node.end, node.type === "Literal" ? '""' : "");
      } else visit(node, words);
    };
    /** Arguments for people go; those that do something lose their words alone. */
    const told = (args: readonly Tree[]): void => {
      const [first, last] = [args[0], args.at(-1)];
      if (first === undefined || last === undefined) return;
      if (args.some(acts)) args.forEach(words);
      else put(first.start, last.end, "");
    };
    const visit: (node: Tree, next?: (node: Tree) => void) => void = (node, next = visit) => {
      const field = (key: string) => node[key] as Tree;
      switch (node.type) {
        case "Identifier":
          if (bound.has(node["name"] as string)) put(node.start, node.end, name(node["name"] as string, ""));
          return;
        case "PrivateIdentifier":
          return put(node.start, node.end, name(node["name"] as string, "#"));
        case "MemberExpression":
          next(field("object"));
          if (node["computed"] || field("property").type === "PrivateIdentifier") next(field("property"));
          return;
        case "Property":
          if (node["shorthand"]) {
            const { start, end } = field("key");
            put(start, start, `${text.slice(start, end)}:`);
          } else if (node["computed"]) next(field("key"));
          return next(field("value"));
        case "MethodDefinition":
        case "PropertyDefinition":
          if (node["computed"] || field("key").type === "PrivateIdentifier") next(field("key"));
          if (node["value"]) next(field("value"));
          return;
        case "ImportSpecifier":
          return put(
            node.start,
            node.end,
            `${write(field("imported"), (old) => old)} as ${name(field("local")["name"] as string, "")}`,
          );
        case "ExportSpecifier":
          return put(
            node.start,
            node.end,
            `${name(field("local")["name"] as string, "")} as ${
              text.slice(field("exported").start, field("exported").end)
            }`,
          );
        case "LabeledStatement":
        case "BreakStatement":
        case "ContinueStatement":
          if (node["label"]) {
            const { start, end } = field("label");
            put(start, end, name(field("label")["name"] as string, ":"));
          }
          if (node["body"]) next(field("body"));
          return;
        case "MetaProperty":
          return;
        case "ThrowStatement":
          if (field("argument").type === "NewExpression") {
            next((field("argument")["callee"]) as Tree);
            return told(field("argument")["arguments"] as unknown as Tree[]);
          }
          return words(field("argument"));
        case "NewExpression":
          if (!isError(field("callee"))) break;
          next(field("callee"));
          return told(node["arguments"] as Tree[]);
        case "CallExpression": {
          const callee = field("callee");
          if (callee.type !== "MemberExpression" || callee["computed"]) break;
          if (!TOLD.has((callee["property"] as Tree)["name"] as string)) break;
          next(callee);
          return told(node["arguments"] as Tree[]);
        }
      }
      for (const child of childrenOf(node)) next(child);
    };
    visit(root);
    return out + text.slice(at, root.end);
  };

  const owners = new Map(parts.flatMap((part) => part.names.map((each) => [each, part] as const)));
  const kept = new Set<Part>();
  const open = parts.filter(({ root }) => root);
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (kept.has(part)) continue;
    kept.add(part);
    write(part.node, (old, kind) => {
      const owner = kind === "" ? owners.get(old) : undefined;
      if (owner !== undefined && !kept.has(owner)) open.push(owner);
      return old;
    });
  }

  const numbers = new Map<string, string>();
  const numbered = (old: string, kind: "" | "#" | ":") => {
    const found = numbers.get(kind + old) ?? `${kind === "#" ? "#" : ""}$${numbers.size}`;
    numbers.set(kind + old, found);
    return found;
  };
  const code = parts.filter((part) => kept.has(part))
    .map(({ node, around: [before, after] }) => before + write(node, numbered) + after).join("");

  const imports = new Set<string>();
  const find = (node: Tree): void => {
    const source = node.type === "ImportExpression" || /^(Import|Export)\w*Declaration$/.test(node.type)
      ? node["source"] as Tree | null
      : null;
    if (source?.type === "Literal") imports.add(source["value"] as string);
    for (const child of childrenOf(node)) find(child);
  };
  for (const node of program["body"] as Tree[]) {
    const specifiers = node.type === "ImportDeclaration" ? node["specifiers"] as Tree[] : [];
    const used = specifiers.length === 0 ||
      parts.some((part) => kept.has(part) && specifiers.includes(part.node));
    if (used) find(node);
  }
  return { code, imports: [...imports].sort() };
}
