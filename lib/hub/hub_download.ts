/**
 * Downloads from the Hugging Face hub into the shared cache. npm's `@huggingface/hub` speaks the protocol (also Xet's); what it lacks is
 * here: going on after a dropped connection or a killed process, checking the hash, progress, and the Python client's commit and refs.
 */
import { downloadFile, HubApiError, modelInfo, pathsInfo } from "@huggingface/hub";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../engine/mod.ts";
import { makeFolder, syncFolder, writeFailure } from "./atomic_write.ts";
import { checkHubFile, contentHash, findCached, type HubFile, linkBlob, repoFolder } from "./hub_cache.ts";
import { withToken } from "./hub_access.ts";
import { type HubSettings, hubSettings } from "./hub_settings.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes on disk, those of an earlier try included. */
  readonly received: number;
  /** Bytes of the whole file. */
  readonly total: number;
}

/** How often a transfer that brought nothing is tried again, and how long to wait before. */
export interface RetryOptions {
  /** Fruitless tries in a row before giving up; 5 if absent. */
  readonly tries?: number;
  /** Milliseconds before the second try, doubled each time; 500 if absent. */
  readonly wait?: number;
}

/** What the hub says about a file. */
interface Remote {
  readonly commit: string;
  readonly size: number;
  /** SHA-256 of large files, git's blob hash of others. */
  readonly hash: string;
}

/** A stream without its first `count` bytes. */
function skipping(count: number): TransformStream<Uint8Array, Uint8Array> {
  let left = count;
  return new TransformStream({
    transform(chunk, controller) {
      const rest = chunk.subarray(Math.min(left, chunk.length));
      left -= chunk.length - rest.length;
      if (rest.length > 0) controller.enqueue(rest);
    },
  });
}

/** `fetch` whose reply begins where it was asked to, also from servers that know no ranges and send the whole file. */
const rangedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const wanted = Number(/^bytes=(\d+)-/.exec(new Headers(init?.headers).get("range") ?? "")?.[1] ?? 0);
  if (wanted === 0 || !response.ok) return response;
  const start = Number(/^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "")?.[1] ?? 0);
  if (start === wanted) return response;
  if (start === 0) return new Response(response.body?.pipeThrough(skipping(wanted)) ?? null);
  await response.body?.cancel();
  throw new TypeError(`expected the bytes from ${wanted} on, got those from ${start} on`);
};

/** One sentence for what went wrong on the way to the hub; other errors come back as they are. */
function explain(error: unknown, file: HubFile, settings: HubSettings): unknown {
  const { endpoint, token } = settings;
  const what = `Downloading ${file.path} of ${file.repo}`;
  if (error instanceof HubApiError) {
    const { statusCode } = error;
    if (statusCode === 401 || statusCode === 403) {
      return new UserError(
        `${what} failed: ${endpoint} refuses it (${statusCode}); expected ${
          token === undefined ? "a token (HF_TOKEN, or hf auth login)" : "a token that has access"
        }, and for gated models that their terms were accepted on ${endpoint}/${file.repo}`,
      );
    }
    const reason = statusCode === 404 ? "there is no such repository, revision or file" : error.message;
    return new UserError(`${what} failed: ${endpoint} answers ${statusCode}: ${reason}`);
  }
  if (error instanceof TypeError) {
    return new UserError(
      `${what} failed: expected to reach ${endpoint}, got ${error.message}; a local folder (--models DIR) needs no network`,
    );
  }
  return writeFailure(error, settings.cache);
}

async function askHub(file: HubFile, settings: HubSettings): Promise<Remote> {
  const { repo, path, revision = "main" } = file;
  const access = { hubUrl: settings.endpoint, fetch: withToken(fetch, settings) };
  const { sha } = await modelInfo({ name: repo, revision, additionalFields: ["sha"], ...access });
  const [info] = await pathsInfo({ repo, paths: [path], revision: sha, ...access });
  const hash = info?.lfs?.oid ?? info?.oid ?? "";
  if (!info || info.type !== "file") {
    throw new UserError(
      `Downloading ${path} of ${repo} failed: expected such a file at ${revision}, got none`,
    );
  }
  if (!/^[0-9a-f]{40}$/.test(sha) || !/^([0-9a-f]{40}|[0-9a-f]{64})$/.test(hash)) {
    throw new UserError(
      `Downloading ${path} of ${repo} failed: expected hashes from ${settings.endpoint}, got none`,
    );
  }
  return { commit: sha, size: info.lfs?.size ?? info.size, hash };
}

/** Appends what comes from `received` on to the file, until the stream ends or breaks. */
async function* appendFrom(
  handle: number,
  received: number,
  { file, remote, settings }: { file: HubFile; remote: Remote; settings: HubSettings },
): AsyncGenerator<number, void> {
  const { repo, path } = file;
  const blob = await downloadFile({
    repo,
    path,
    revision: remote.commit,
    hubUrl: settings.endpoint,
    fetch: withToken(rangedFetch, settings),
  });
  if (!blob) throw new UserError(`Downloading ${path} of ${repo} failed: expected such a file, got none`);
  for await (const chunk of blob.slice(received, remote.size).stream()) {
    for (let done = 0; done < chunk.length;) done += writeSync(handle, chunk, done);
    yield chunk.length;
  }
}

/** Fills `incomplete` from where it stands; it goes on after every break that came after some progress. */
async function* transfer(
  incomplete: string,
  job: { file: HubFile; remote: Remote; settings: HubSettings },
  { tries = 5, wait = 500 }: RetryOptions,
): AsyncGenerator<DownloadProgress, void> {
  const total = job.remote.size;
  const handle = openSync(incomplete, "a");
  try {
    let received = statSync(incomplete).size;
    for (let fruitless = 0; received < total;) {
      const before = received;
      let problem: unknown = new TypeError(`the connection ended after ${received} of ${total} bytes`);
      try {
        for await (const count of appendFrom(handle, received, job)) {
          received += count;
          yield { received, total };
        }
      } catch (error) {
        if (error instanceof UserError || (error instanceof HubApiError && error.statusCode < 500)) {
          throw error;
        }
        // The client's streams break with a text.
        problem = error instanceof Error ? writeFailure(error, incomplete) : new TypeError(String(error));
        if (problem instanceof UserError) throw problem;
      }
      if (received >= total) break;
      if (received > before) fruitless = 0;
      else if (++fruitless >= tries) throw problem;
      else await new Promise((resolve) => setTimeout(resolve, wait * 2 ** (fruitless - 1)));
    }
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Brings the blob into the cache under its hash. A wrong content is thrown away and fetched once more. */
async function* fetchBlob(
  blob: string,
  job: { file: HubFile; remote: Remote; settings: HubSettings },
  retry: RetryOptions,
): AsyncGenerator<DownloadProgress, void> {
  const { file, remote } = job;
  const incomplete = `${blob}.incomplete`;
  for (let attempt = 1; !existsSync(blob); attempt++) {
    if (existsSync(incomplete) && statSync(incomplete).size > remote.size) rmSync(incomplete);
    yield* transfer(incomplete, job, retry);
    const size = statSync(incomplete).size;
    const found = size === remote.size ? contentHash(incomplete, remote.hash.length) : `${size} bytes`;
    if (found === remote.hash) {
      renameSync(incomplete, blob);
      syncFolder(dirname(blob));
    } else {
      rmSync(incomplete);
      if (attempt === 2) {
        throw new UserError(
          `Downloading ${file.path} of ${file.repo} failed twice: expected content with the hash ${remote.hash}, got ${found}`,
        );
      }
    }
  }
}

/**
 * Downloads a file unless the cache has it, and returns its path in the cache. Yields progress; an interrupted download goes on where it
 * stopped, in this or a later process. Two processes do not fetch the same file at once. Without network a cached file is used.
 *
 * @throws UserError in one sentence when it cannot be had: offline, no such file, no access, no network, wrong content.
 */
export async function* downloadHubFile(
  file: HubFile,
  options: { settings?: HubSettings; retry?: RetryOptions } = {},
): AsyncGenerator<DownloadProgress, string> {
  const { settings = hubSettings(), retry = {} } = options;
  checkHubFile(file);
  const cached = findCached(settings.cache, file);
  if (cached !== undefined && (settings.offline || file.revision?.length === 40)) return cached;
  if (settings.offline) {
    throw new UserError(
      `Looking for ${file.path} of ${file.repo} failed: HF_HUB_OFFLINE is set, expected it in ${settings.cache}, got none`,
    );
  }
  try {
    const remote = await askHub(file, settings);
    // A cache that is read-only has nothing to be written to it.
    if (cached !== undefined && cached === findCached(settings.cache, { ...file, revision: remote.commit })) {
      return cached;
    }
    const folder = repoFolder(settings.cache, file.repo);
    const blob = join(folder, "blobs", remote.hash);
    const locks = join(settings.cache, ".locks", folder.slice(settings.cache.length));
    await makeFolder(dirname(blob));
    await makeFolder(locks);
    using lock = await Deno.open(join(locks, `${remote.hash}.lock`), { create: true, write: true });
    await lock.lock(true);
    yield* fetchBlob(blob, { file, remote, settings }, retry);
    return await linkBlob(settings.cache, file, { blob, commit: remote.commit });
  } catch (error) {
    if (cached !== undefined && error instanceof TypeError) return cached;
    throw explain(error, file, settings);
  }
}
