import assert from "node:assert/strict";
import { findChromium } from "../experiments/explore/browser_test/chromium.ts";
import { measurePoints } from "./explorer_points.ts";

Deno.test({
  name: "measurePoints() renders a map, labels what is pointed at, zooms and follows the hand",
  ignore: findChromium() === undefined,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const { points, firstRendering, rendering, hover, zoom, pull } = await measurePoints(20_000);
    assert.equal(points, 20_000);
    assert.ok(
      rendering > 0 && rendering < firstRendering && firstRendering < 60,
      `${rendering} of ${firstRendering} s`,
    );
    assert.ok(hover > 0 && hover < 5000, `${hover} ms`);
    assert.ok(zoom.median > 0 && zoom.median <= zoom.largest && zoom.median < 5000, JSON.stringify(zoom));
    assert.ok(
      zoom.rest > 0 && zoom.rest < 60_000 && pull > 0 && pull < 60_000,
      `${zoom.rest} and ${pull} ms`,
    );
  },
});
