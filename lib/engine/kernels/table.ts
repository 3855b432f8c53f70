import { ELEMENTWISE } from "./elementwise.ts";
import { LAYOUT } from "./layout.ts";
import type { Lowering } from "./lowering.ts";
import { PRODUCTS } from "./products.ts";

/** Every tfjs kernel that can be recorded, by name. */
export const LOWERINGS: Readonly<Record<string, Lowering>> = { ...ELEMENTWISE, ...LAYOUT, ...PRODUCTS };
