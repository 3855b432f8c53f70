/** Golden cases of the reference implementations: reading and comparing. */
export { compare, compareCase, type Comparison } from "./compare.ts";
export { type GoldenCase, type Tolerance, type Values } from "./golden_case.ts";
export { readCase } from "./read_case.ts";
