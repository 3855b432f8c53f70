/** Syntax trees of scripts: what is in a node, which names it binds, whether it acts. */
import { type Node, parse } from "acorn";

/** A node with the fields of its type, as ESTree names them. */
export type Tree = Node & Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

/** The tree of a module's text. @throws SyntaxError when it is no JavaScript. */
export const treeOf = (text: string): Tree =>
  parse(text, { ecmaVersion: "latest", sourceType: "module" }) as unknown as Tree;

/** The nodes in a node, in the order of the text. */
export function childrenOf(node: Tree): Tree[] {
  const children: Tree[] = [];
  for (const name in node) {
    const value = node[name];
    if (Array.isArray(value)) { for (const each of value) isTree(each) && children.push(each); }
    else if (isTree(value)) children.push(value);
  }
  // A template's expressions stand before its texts, a case's statements before its test.
  return children.every(({ start }, place) => place === 0 || start >= (children[place - 1] as Tree).start)
    ? children
    : children.sort((a, b) => a.start - b.start);
}

/** The names that a pattern binds. */
function* boundBy(pattern: Tree | null): Generator<string> {
  switch (pattern?.type) {
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

/** The names that a node itself binds: of a declaration or a function, its own name first. */
export function* bindings(node: Tree): Generator<string> {
  switch (node.type) {
    case "VariableDeclarator":
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ClassDeclaration":
    case "ClassExpression":
    case "ArrowFunctionExpression":
      yield* boundBy((node["id"] ?? null) as Tree | null);
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

/** All names bound in a node, at any depth. */
export function boundIn(node: Tree, names: Set<string> = new Set()): Set<string> {
  for (const name of bindings(node)) names.add(name);
  for (const child of childrenOf(node)) boundIn(child, names);
  return names;
}

/** Whether evaluating it may change something, as far as its form tells. */
export function acts(node: Tree): boolean {
  return /^(Assignment|Update|Await|Yield)Expression$/.test(node.type) || childrenOf(node).some(acts);
}

/** What does nothing where its parts do nothing. */
const PLAIN =
  /^(Identifier|TemplateElement|TemplateLiteral|(Object|Array|Unary|Binary|Logical|Conditional)Expression|Property)$/;

/** Whether a function, class or initial value does nothing by itself, so that it can go where nothing uses it. */
export const idle = (init: Tree | null): boolean =>
  init === null || /^(Function|ArrowFunction|Literal)/.test(init.type) ||
  (PLAIN.test(init.type) && childrenOf(init).every(idle)) ||
  (/^Class/.test(init.type) &&
    ((init["body"] as Tree)["body"] as Tree[]).every((each) =>
      each.type === "MethodDefinition" || (each.type === "PropertyDefinition" && !each["static"])
    ));
