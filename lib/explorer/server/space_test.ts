import assert from "node:assert/strict";
import { UserError } from "../../engine/mod.ts";
import { openSpace } from "./space.ts";

Deno.test("openSpace() says that its map could not be kept before it lays anything out", () =>
  assert.rejects(
    openSpace({ cacheDir: "/proc/nowhere", embedder: () => Promise.reject(new Error("it was asked for")) }),
    (error) => error instanceof UserError && /^Cannot write \/proc\/nowhere[^\n]+$/.test(error.message),
  ));
