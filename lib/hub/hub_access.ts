/** The hub's token on the way to the hub, and nowhere else. */
import { UserError } from "../engine/mod.ts";
import type { HubSettings } from "./hub_settings.ts";

/**
 * `fetch` that shows the hub its token as it is: the client would refuse one that does not begin as the public hub's do, and self-hosted hubs
 * have others. Servers elsewhere, which files may be redirected to, do not get it.
 */
export function withToken(base: typeof fetch, { token, endpoint }: HubSettings): typeof fetch {
  if (token === undefined) return base;
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UserError(
      "Using the hub's token failed: expected letters, digits and signs without blanks, got another text",
    );
  }
  return (input, init) => {
    const address = input instanceof Request ? input.url : String(input);
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    if (!address.startsWith(`${endpoint}/`)) return base(input, init);
    headers.set("authorization", `Bearer ${token}`);
    return base(input, { ...init, headers });
  };
}
