/** What tells one scale's pictures from the other's, for the command line and for repeating: a record of each. */
import type { OptionKind } from "../setting/command_line.ts";
import type { Device } from "../setting/experiment.ts";
import type { GivenOptions } from "./given_options.ts";
import type { PictureRecord, PictureRequest, Prepared } from "./prepared.ts";
import type { RecordKind } from "./record.ts";

/** Files that weights are read from, in place of where a record or a default says. */
export interface WeightFiles {
  readonly adapter?: string;
  readonly lora?: string;
  readonly controlnet?: string;
}

/** A scale. */
export interface PictureScale<Request extends PictureRequest, Made extends PictureRecord> {
  /** What its records hold. */
  readonly records: RecordKind<Made["scale"], Made["settings"], keyof Made["weights"] & string>;
  /** What `--help` prints. */
  readonly help: string;
  /** Options beside those of both scales. */
  readonly options: Readonly<Record<string, OptionKind>>;
  /** Those of them that go with `--repeat`. */
  readonly repeatOptions: readonly string[];
  /** What these, and `--checkpoint`, ask. @throws UserError in one sentence. */
  asked(options: GivenOptions): Promise<Partial<Request>>;
  /** Which adapter makes a record's picture again: `given` is the user's. */
  adapterAgain(record: Made, given: string | undefined): Partial<Request>;
  /** Reads and checks everything that a request names. @throws UserError in one sentence. */
  prepare(request: Request & WeightFiles, options?: { readonly device?: Device }): Promise<Prepared<Made>>;
  /** Whole factor of enlargement on a sheet. */
  readonly zoom: number;
}
