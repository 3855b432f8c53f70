/** Arrays that travel to another thread and back. */
import type { SessionArray } from "./session.ts";

type Arrays = Readonly<Record<string, SessionArray>>;

/** The memory of arrays, each piece once. */
export function buffersOf(arrays: Arrays): ArrayBuffer[] {
  return [...new Set(Object.values(arrays).map(({ data }) => data.buffer as ArrayBuffer))];
}

/** Copies of arrays, each in memory that is taken out of `spare` where a piece has its size, else in new memory. */
export function copiedArrays(arrays: Arrays, spare: ArrayBuffer[]): Record<string, SessionArray> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => {
      const { data } = array;
      const known = spare.findIndex(({ byteLength }) => byteLength === data.byteLength);
      const memory = known < 0 ? new ArrayBuffer(data.byteLength) : spare.splice(known, 1)[0] as ArrayBuffer;
      const copy = new (data.constructor as Float32ArrayConstructor)(memory);
      copy.set(data);
      return [name, { ...array, data: copy }];
    }),
  );
}
