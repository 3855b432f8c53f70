/**
 * What entries reached when their code was last bundled, kept in the cache with the hash of each module that was read: while all of them have
 * the same bytes, a plan need not bundle them again.
 */
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { atomicWrite, ownJson, sha256 } from "../../lib/hub/mod.ts";

/** What an entry reaches: the hash of its own code, and the modules that are loaded apart, by name. */
export interface OwnCode {
  readonly hash: string;
  readonly loaded: readonly string[];
}

/** As it lies in the cache: SHA-256 by module that was read, from the root, and the code by entry. */
interface Kept {
  readonly modules: Readonly<Record<string, string>>;
  readonly codes: Readonly<Record<string, OwnCode>>;
}

/**
 * The code that a cache keeps by entry; where it keeps none, or a module that was read has changed, what `find` gives. That is kept with the
 * hashes of what it reads, or found anew next time where it cannot be written.
 *
 * @param options.of names what is asked: the entries and all that decides what is made of the modules
 * @param options.root folder of the modules
 */
export async function keptCode(
  cacheFolder: string,
  options: { readonly of: string; readonly root: string; readonly read: (path: string) => string },
  find: (read: (path: string) => string) => Promise<ReadonlyMap<string, OwnCode>>,
): Promise<ReadonlyMap<string, OwnCode>> {
  const { of, root, read } = options;
  const path = join(cacheFolder, "code", `${sha256(of).slice(0, 16)}.json`);
  const { modules: known, codes: kept } = ownJson<Partial<Kept>>(path) ?? {};
  const same = Object.entries(known ?? {}).every(([module, hash]) => {
    const file = resolve(root, module);
    return existsSync(file) && sha256(read(file)) === hash;
  });
  if (known && kept && same) return new Map(Object.entries(kept));
  const modules = new Map<string, string>();
  const codes = await find((file) => {
    const text = read(file);
    modules.set(relative(root, file), sha256(text));
    return text;
  });
  const found: Kept = {
    modules: Object.fromEntries([...modules].sort()),
    codes: Object.fromEntries(codes),
  };
  await atomicWrite(path, JSON.stringify(found)).catch(() => undefined);
  return codes;
}
