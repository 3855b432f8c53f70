/** What a cell has shown, and whether that is what it declares. */
import type { Message } from "./wire.ts";

/** One output by MIME type. */
export type Bundle = Readonly<Record<string, unknown>>;

/** Something wrong with a cell's outputs, as a phrase; the error's own words where the cell threw. */
export type Fault = string;

const SHOWN = new Set(["display_data", "execute_result"]);

/** The outputs that stay on the page, updates applied, in order. */
export function shownOutputs(messages: readonly Message[]): Bundle[] {
  const outputs: Bundle[] = [];
  const places = new Map<string, number>();
  for (const { header, content } of messages) {
    const id = (content["transient"] as { display_id?: string } | null)?.display_id;
    const data = (content["data"] ?? {}) as Bundle;
    if (header.msg_type === "clear_output") {
      outputs.length = 0;
      places.clear();
    } else if (header.msg_type === "update_display_data") {
      const place = id === undefined ? undefined : places.get(id);
      if (place !== undefined) outputs[place] = data;
    } else if (SHOWN.has(header.msg_type)) {
      if (id !== undefined) places.set(id, outputs.length);
      outputs.push(data);
    }
  }
  return outputs;
}

function isEmpty(value: unknown): boolean {
  if (typeof value === "string") return value.trim() === "";
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null;
}

/** Faults of a cell against its declaration: its error where it threw, else missing, superfluous, undeclared and empty outputs. */
export function outputFaults(
  messages: readonly Message[],
  expect: Readonly<Record<string, number>>,
): Fault[] {
  const faults: Fault[] = messages.filter(({ header }) => header.msg_type === "error").map(({ content }) => {
    const text = `${content["ename"]}: ${content["evalue"]}`.replace(/\s+/g, " ");
    return text.length > 300 ? `${text.slice(0, 300)} …` : text;
  });
  if (faults.length > 0) return faults;
  const outputs = shownOutputs(messages);
  for (const [type, count] of Object.entries(expect)) {
    const carrying = outputs.filter((bundle) => type in bundle);
    if (carrying.length !== count) faults.push(`expected ${count} × ${type}, got ${carrying.length}`);
    if (carrying.some((bundle) => isEmpty(bundle[type]))) faults.push(`an output of ${type} is empty`);
  }
  // Every output has plain text beside its other forms.
  for (const type of new Set(outputs.flatMap((bundle) => Object.keys(bundle)))) {
    if (type !== "text/plain" && !(type in expect)) faults.push(`shows ${type}, which it does not declare`);
  }
  return faults;
}
