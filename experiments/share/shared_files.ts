/** The files of a shared adapter, by their names in its repository. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { UserError, writeSafetensors } from "../../lib/engine/mod.ts";
import { releasedLayout } from "../../lib/adapter/mod.ts";
import { SHARED_ADAPTER } from "../pictures/hub_address.ts";
import type { DescribedAdapter } from "./described_adapter.ts";
import { modelCard } from "./model_card.ts";
import type { Scores } from "./scores.ts";

/** The adapter in the layout of the authors' scripts. */
export const RELEASED_FILE = "ip-adapter-instruct-sd15.safetensors";

const MINI_NOTICE = new URL("../../data/NOTICE.md", import.meta.url);

/** What is shared besides the adapter. */
export interface ShareRequest {
  /** OWNER/NAME. */
  readonly repo: string;
  readonly licence: string;
  readonly scores?: Scores;
  /** File that names the sources of the data; the project's own at mini scale. */
  readonly notice?: string;
  /** Whether the layout of the authors' scripts is written, too. */
  readonly released: boolean;
}

/** What the header of the weights says of them. */
function weightsMetadata(
  { scale, projection, base, training }: DescribedAdapter,
  licence: string,
): Record<string, string> {
  const { commit, steps, batch, seed } = training;
  return {
    format: "pt",
    scale,
    projection: JSON.stringify(projection),
    base: base.name,
    base_sha256: base.sha256,
    commit: commit ?? "not recorded",
    steps: String(steps),
    batch: String(batch),
    seed: String(seed),
    license: licence,
  };
}

function noticeOf({ scale }: DescribedAdapter, file: string | undefined): Uint8Array | undefined {
  const path = file ?? (scale === "mini" ? fileURLToPath(MINI_NOTICE) : undefined);
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch {
    throw new UserError(`--notice expects a file that names the sources of the data, got ${path}`);
  }
}

/** @throws UserError in one sentence when the authors' scripts cannot load such an adapter, or a file is missing. */
export function sharedFiles(adapter: DescribedAdapter, request: ShareRequest): Map<string, Uint8Array> {
  const { repo, licence, scores, released } = request;
  const metadata = weightsMetadata(adapter, licence);
  const notice = noticeOf(adapter, request.notice);
  const files = new Map<string, Uint8Array>();
  if (released) {
    const { target, params } = releasedLayout({ ...adapter, unet: adapter.base.unet });
    const projection = JSON.stringify(target.projection);
    files.set(RELEASED_FILE, writeSafetensors(params, { ...metadata, projection }));
  }
  files.set(SHARED_ADAPTER, writeSafetensors(adapter.params, metadata));
  const card = modelCard(adapter, {
    ...{ repo, licence, notice: notice !== undefined },
    ...(scores ? { scores } : {}),
    ...(released ? { released: RELEASED_FILE } : {}),
  });
  files.set("README.md", new TextEncoder().encode(card));
  if (notice) files.set("NOTICE.md", notice);
  return files;
}
