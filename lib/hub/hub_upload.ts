/** Uploads to the Hugging Face hub: files in one commit, a repository that is not there made first. npm's `@huggingface/hub` speaks the protocol. */
import { checkRepoAccess, commitIter, createRepo, HubApiError } from "@huggingface/hub";
import { UserError } from "../engine/mod.ts";
import { withToken } from "./hub_access.ts";
import { checkHubFile } from "./hub_cache.ts";
import { type HubSettings, hubSettings } from "./hub_settings.ts";

/** What is uploaded. */
export interface HubCommit {
  /** OWNER/NAME. */
  readonly repo: string;
  /** Title of the commit. */
  readonly title: string;
  /** Contents by path; files that the repository has under other paths stay. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Whether a repository that is made is private. */
  readonly private?: boolean;
}

/** Whether a text has the form OWNER/NAME. */
export const isRepository = (text: string): boolean => /^[\w.-]+\/[\w.-]+$/.test(text);

/** How far an upload is. */
export interface UploadProgress {
  /** Path of the file. */
  readonly path: string;
  /** The part of it that has arrived, 0 to 1. */
  readonly part: number;
}

/** What became of it. */
export interface Uploaded {
  /** The commit's hash. */
  readonly commit: string;
  /** Address of the repository. */
  readonly address: string;
}

/** One sentence for what went wrong on the way to the hub; other errors come back as they are. */
function explain(error: unknown, { repo }: HubCommit, { endpoint }: HubSettings): unknown {
  const what = `Uploading to ${repo} failed`;
  if (error instanceof HubApiError) {
    const { statusCode, message } = error;
    if (statusCode === 401 || statusCode === 403) {
      return new UserError(
        `${what}: ${endpoint} refuses it (${statusCode}); expected a token that may write to ${repo} (HF_TOKEN, or hf auth login)`,
      );
    }
    return new UserError(`${what}: ${endpoint} answers ${statusCode}: ${message}`);
  }
  if (error instanceof TypeError) {
    return new UserError(`${what}: expected to reach ${endpoint}, got ${error.message}`);
  }
  return error;
}

/** Makes the repository unless it is there. */
async function ensureRepo(
  { repo, private: hidden = false }: HubCommit,
  access: { readonly hubUrl: string; readonly fetch: typeof fetch },
): Promise<void> {
  try {
    await checkRepoAccess({ repo, ...access });
    return;
  } catch (error) {
    // A stranger's private repository is not to be told from one that is not there.
    if (!(error instanceof HubApiError) || ![401, 404].includes(error.statusCode)) throw error;
  }
  try {
    // The token travels by `access.fetch`, which overwrites this one.
    const credentials = { accessToken: "hf_" };
    await createRepo({ repo, visibility: hidden ? "private" : "public", ...credentials, ...access });
  } catch (error) {
    // Somebody made it meanwhile.
    if (!(error instanceof HubApiError) || error.statusCode !== 409) throw error;
  }
}

/**
 * Uploads files in one commit on main and returns it. Nothing is there before all is: the commit comes last.
 *
 * @throws UserError in one sentence: a name that is none, no token, offline, no access, no network.
 */
export async function* uploadToHub(
  commit: HubCommit,
  { settings = hubSettings() }: { settings?: HubSettings } = {},
): AsyncGenerator<UploadProgress, Uploaded> {
  const { repo, title, files } = commit;
  for (const path of files.keys()) checkHubFile({ repo, path });
  if (!isRepository(repo)) {
    throw new UserError(`Uploading needs a repository OWNER/NAME, got "${repo}"`);
  }
  if (settings.offline) throw new UserError(`Uploading to ${repo} failed: HF_HUB_OFFLINE is set`);
  if (settings.token === undefined) {
    throw new UserError(`Uploading to ${repo} needs a token (HF_TOKEN, or hf auth login), got none`);
  }
  const access = { hubUrl: settings.endpoint, fetch: withToken(fetch, settings) };
  try {
    await ensureRepo(commit, access);
    const operations = [...files].map(([path, content]) => ({
      operation: "addOrUpdate" as const,
      path,
      content: new Blob([content as Uint8Array<ArrayBuffer>]),
    }));
    const events = commitIter({ repo, title, operations, branch: "main", ...access });
    for (;;) {
      const event = await events.next();
      if (event.done) {
        return { commit: event.value?.commit.oid ?? "", address: `${settings.endpoint}/${repo}` };
      }
      if (event.value.event === "fileProgress" && event.value.state === "uploading") {
        yield { path: event.value.path, part: event.value.progress };
      }
    }
  } catch (error) {
    throw explain(error, commit, settings);
  }
}
