/** A stand-in for the Hugging Face hub on the loopback: the few routes that downloads and commits use, with faults on demand. */
import { createHash } from "node:crypto";

/** What goes wrong with the next transfers, one entry a request; "fine" once the list is empty. */
export type Fault = "fine" | "drop" | "truncate" | "wrong" | "no-range" | "unavailable";

/** A running stand-in. */
export interface StandInHub extends AsyncDisposable {
  /** Its address. */
  readonly endpoint: string;
  /** Files by path; large ones are redirected to another address, as on the hub. */
  readonly files: Map<string, { content: Uint8Array; large: boolean }>;
  /** Faults of the coming transfers. */
  readonly faults: Fault[];
  /** Ranges that transfers asked for, "" for the whole file. */
  readonly ranges: string[];
  /** Keys that were sent to the hub, and to the other address. */
  readonly keys: { readonly hub: Set<string>; readonly other: Set<string> };
  /** Status of every answer instead of the right one. */
  refuse: number | undefined;
  /** Milliseconds that each 64 KiB of a transfer take; 0 if absent. */
  pace?: number;
  /** Whether the repositories exist; a commit needs them. */
  exists: boolean;
  /** What was asked in order to make one. */
  made: Record<string, unknown> | undefined;
  /** Titles of the commits. */
  readonly commits: string[];
}

/** The commit that main stands at. */
export const COMMIT = "c".repeat(40);

/** The hash that names a content on the hub. */
export function hubHash(content: Uint8Array, large: boolean): string {
  if (large) return createHash("sha256").update(content).digest("hex");
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex");
}

const PIECE = 65536;

/** A content that takes its time. */
function slowly(content: Uint8Array, pace: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, pace));
      controller.enqueue(content.slice(sent, sent += PIECE));
      if (sent >= content.length) controller.close();
    },
  });
}

function body(content: Uint8Array, fault: Fault, pace: number): BodyInit {
  if (fault === "fine" && pace > 0) return slowly(content, pace);
  if (fault === "wrong") return content.map((byte) => byte ^ 1) as Uint8Array<ArrayBuffer>;
  if (fault !== "drop" && fault !== "truncate") return content as Uint8Array<ArrayBuffer>;
  const half = content.slice(0, Math.ceil(content.length / 2));
  return new ReadableStream({
    async start(controller) {
      controller.enqueue(half);
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (fault === "drop") controller.error(new Error("dropped"));
      else controller.close();
    },
  });
}

/** Starts one that has each of its files in each of these repositories. */
export function startStandInHub(...repos: readonly string[]): StandInHub {
  const files: StandInHub["files"] = new Map(), faults: Fault[] = [], ranges: string[] = [];
  const keys = { hub: new Set<string>(), other: new Set<string>() };
  const uploaded = new Map<string, Uint8Array>();
  const key = (request: Request) => request.headers.get("authorization") ?? "";

  const transfer = (request: Request, path: string): Response => {
    const { content, large } = files.get(path)!;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("range") ?? "");
    const etag = `"${hubHash(content, large)}"`;
    if (range?.[0] === "bytes=0-0") {
      const headers = { etag, "content-range": `bytes 0-0/${content.length}` };
      return new Response(content.slice(0, 1), { status: 206, headers });
    }
    const fault = faults.shift() ?? "fine";
    ranges.push(range?.[0] ?? "");
    if (fault === "unavailable") return new Response("busy", { status: 503 });
    if (range === null || fault === "no-range") {
      return new Response(body(content, fault, hub.pace ?? 0), { headers: { etag } });
    }
    const start = Number(range[1]);
    const headers = { etag, "content-range": `bytes ${start}-${content.length - 1}/${content.length}` };
    return new Response(body(content.slice(start), fault, hub.pace ?? 0), { status: 206, headers });
  };

  /** The routes of a commit: how each file travels, where large ones go, and the commit itself. */
  const committing = async (
    request: Request,
    pathname: string,
    repo: string | undefined,
  ): Promise<Response | undefined> => {
    const writes = [
      "/api/repos/create",
      `/api/models/${repo}/preupload/main`,
      `/api/models/${repo}/commit/main`,
    ];
    const batch = `/${repo}.git/info/lfs/objects/batch`;
    if (![...writes, batch].includes(pathname)) return undefined;
    if (!/^Bearer .*write/.test(key(request))) return Response.json({ error: "no" }, { status: 403 });
    const text = await request.text();
    if (pathname === writes[0]) {
      hub.made = JSON.parse(text);
      hub.exists = true;
      return Response.json({ url: `${hub.endpoint}/${repo}`, id: "1" });
    }
    if (!hub.exists) return Response.json({ error: "Repository not found" }, { status: 404 });
    if (pathname === writes[1]) {
      const { files } = JSON.parse(text) as { files: { path: string }[] };
      const uploadMode = (path: string) => /\.(safetensors|bin|png)$/.test(path) ? "lfs" : "regular";
      return Response.json({ files: files.map(({ path }) => ({ path, uploadMode: uploadMode(path) })) });
    }
    if (pathname === batch) {
      const { objects } = JSON.parse(text) as { objects: { oid: string; size: number }[] };
      return Response.json({
        transfer: "basic",
        objects: objects.map((each) =>
          uploaded.has(each.oid)
            ? each
            : { ...each, actions: { upload: { href: `http://127.0.0.1:${other.addr.port}/${each.oid}` } } }
        ),
      });
    }
    for (const line of text.split("\n")) {
      const { key: kind, value } = JSON.parse(line);
      if (kind === "header") hub.commits.push(value.summary);
      if (kind === "file") {
        const content = Uint8Array.from(atob(value.content), (letter) => letter.charCodeAt(0));
        files.set(value.path, { content, large: false });
      }
      if (kind === "lfsFile") files.set(value.path, { content: uploaded.get(value.oid)!, large: true });
    }
    return Response.json({ commitOid: COMMIT, commitUrl: `${hub.endpoint}/${repo}/commit/${COMMIT}` });
  };

  const other = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    keys.other.add(key(request));
    if (request.method === "PUT") {
      const content = new Uint8Array(await request.arrayBuffer());
      if ((faults.shift() ?? "fine") === "unavailable") return new Response("busy", { status: 503 });
      uploaded.set(hubHash(content, true), content);
      return new Response("");
    }
    return transfer(request, new URL(request.url).pathname.slice(1));
  });
  const hub: StandInHub = {
    endpoint: "",
    files,
    faults,
    ranges,
    keys,
    refuse: undefined,
    exists: true,
    made: undefined,
    commits: [],
    async [Symbol.asyncDispose]() {
      await Promise.all([server.shutdown(), other.shutdown()]);
    },
  };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    keys.hub.add(key(request));
    if (hub.refuse !== undefined) return new Response("no", { status: hub.refuse });
    const repo = repos.find((each) =>
      [`/api/models/${each}/`, `/${each}/`, `/${each}.git/`].some((start) =>
        `${pathname}/`.startsWith(start)
      )
    ) ?? repos[0];
    if (request.method === "POST") {
      const answer = await committing(request, pathname, repo);
      if (answer) {
        return answer;
      }
    }
    if (!hub.exists) {
      return Response.json({ error: "Repository not found" }, { status: 404 });
    }
    if (pathname === `/api/models/${repo}`) {
      return Response.json({ id: repo });
    }
    if (pathname.startsWith(`/api/models/${repo}/revision/`)) {
      return Response.json({ _id: "1", id: repo, sha: COMMIT, lastModified: "2024-01-01T00:00:00Z" });
    }
    if (pathname === `/api/models/${repo}/paths-info/${COMMIT}`) {
      const { paths } = await request.json() as { paths: string[] };
      return Response.json(
        paths.filter((path) =>
          files.has(path)
        ).map((path) => {
          const { content, large } = files.get(path)!;
          const entry = { type: "file", path, size: content.length, oid: hubHash(content, false) };
          return large
            ? { ...entry, lfs: { oid: hubHash(content, true), size: content.length, pointerSize: 1 } }
            : entry;
        }),
      );
    }
    const path = pathname.slice(`/${repo}/resolve/${COMMIT}/`.length);
    if (!pathname.startsWith(`/${repo}/resolve/${COMMIT}/`) || !files.has(path)) {
      return new Response("", { status: 404 });
    }
    if (!files.get(path)!.large) return transfer(request, path);
    return Response.redirect(`http://127.0.0.1:${other.addr.port}/${path}`, 302);
  });
  return Object.assign(hub, { endpoint: `http://127.0.0.1:${server.addr.port}` });
}
