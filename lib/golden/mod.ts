/** Golden cases of the reference implementations: reading and comparing. */
export { barOf, compare, compareCase, type Comparison } from "./compare.ts";
export { type GoldenCase, isRecord, parseCase, type Tolerance, type Values } from "./golden_case.ts";
export { readCase } from "./read_case.ts";
