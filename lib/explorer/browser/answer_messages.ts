/** What a page and the worker that answers its calls say to each other: requests and their answers, part by part. */

/** From the page. */
export type Asked =
  | {
    readonly kind: "ask";
    readonly id: number;
    readonly path: string;
    readonly method: string;
    readonly body?: string | Blob;
  }
  /** The page no longer wants the answer. */
  | { readonly kind: "leave"; readonly id: number };

/** From the worker: a head, any number of parts, an end; or a failure. */
export type Answered =
  | { readonly kind: "head"; readonly id: number; readonly status: number; readonly type: string }
  | { readonly kind: "part"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly kind: "end"; readonly id: number }
  | { readonly kind: "failed"; readonly id: number; readonly error: string };
