/** Files that a command line names: on this machine, or on the hub as hf:OWNER/NAME. */
import { UserError } from "../../lib/engine/mod.ts";
import { downloadHubFile, type HubSettings } from "../../lib/hub/mod.ts";

/** What `deno task share` calls an adapter's file. */
export const SHARED_ADAPTER = "adapter.safetensors";

const ADDRESS = /^hf:(?<repo>[\w.-]+\/[\w.-]+?)(?:@(?<revision>[\w.+-]+))?(?:\/(?<path>.+))?$/;

/**
 * Path of a file on this machine: the name itself, or, for hf:OWNER/NAME[@REVISION][/FILE], where the hub's cache has it, downloaded if need be.
 *
 * @throws UserError in one sentence for an address that is none, or a file that cannot be had.
 */
export async function localFile(name: string, options: { settings?: HubSettings } = {}): Promise<string> {
  if (!name.startsWith("hf:")) return name;
  const { repo, revision, path = SHARED_ADAPTER } = ADDRESS.exec(name)?.groups ?? {};
  if (repo === undefined) {
    throw new UserError(
      `Reading an address of the hub needs hf:OWNER/NAME or hf:OWNER/NAME/PATH, got "${name}"`,
    );
  }
  const steps = downloadHubFile({ repo, path, ...(revision === undefined ? {} : { revision }) }, options);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}
