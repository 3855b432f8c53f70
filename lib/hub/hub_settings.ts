/** Where the Hugging Face hub's files are kept and looked for, by the environment variables of its Python client. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** How the hub is used. */
export interface HubSettings {
  /** Folder of the shared cache, with one folder `models--OWNER--NAME` per repository. */
  readonly cache: string;
  /** Address without a slash at the end. */
  readonly endpoint: string;
  /** Whether only cached files are used and no network. */
  readonly offline: boolean;
  /** Key for gated and private repositories. */
  readonly token?: string;
}

/** Spellings of "yes" that the Python client knows. */
const YES = ["1", "ON", "YES", "TRUE"];

function expanded(path: string, home: string): string {
  return path === "~" || path.startsWith("~/") ? join(home, path.slice(1)) : path;
}

/**
 * Reads the settings: `HF_HUB_CACHE`, else `HF_HOME`/hub, else `XDG_CACHE_HOME`/huggingface/hub, else ~/.cache/huggingface/hub;
 * `HF_ENDPOINT`; `HF_HUB_OFFLINE`; the token from `HF_TOKEN`, the file `HF_TOKEN_PATH`, or the file `token` that `hf auth login` leaves
 * in `HF_HOME`. Older names (`HUGGINGFACE_HUB_CACHE`, `HUGGING_FACE_HUB_TOKEN`, `TRANSFORMERS_OFFLINE`) count where the new ones are unset.
 *
 * @param env value of an environment variable; the process's own if absent.
 * @param home the home folder.
 */
export function hubSettings(
  env: (name: string) => string | undefined = (name) => Deno.env.get(name),
  home: string = homedir(),
): HubSettings {
  const first = (...names: string[]) => names.map(env).find((value) => value !== undefined && value !== "");
  const own = first("HF_HOME") ?? join(first("XDG_CACHE_HOME") ?? join(home, ".cache"), "huggingface");
  const tokenFile = expanded(first("HF_TOKEN_PATH") ?? join(own, "token"), home);
  const written = first("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN") ??
    (existsSync(expanded(tokenFile, home)) ? readFileSync(tokenFile, "utf8") : "");
  const token = written.replaceAll(/[\r\n]/g, "").trim();
  return {
    cache: expanded(first("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE") ?? join(own, "hub"), home),
    endpoint: (first("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, ""),
    offline: YES.includes((first("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE") ?? "").toUpperCase()),
    ...(token === "" ? {} : { token }),
  };
}
