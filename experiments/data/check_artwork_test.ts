import assert from "node:assert/strict";
import sources from "../../data/sources.json" with { type: "json" };
import { artworkText, checkArtwork } from "./check_artwork.ts";

const { sprites, portraits } = sources.pixelHash;

Deno.test("checkArtwork() finds pixels that are not the published ones, and its text holds what data/sources.json would need", () => {
  const same = checkArtwork({ sprites: { pixelHash: sprites }, portraits: { pixelHash: portraits } });
  assert.ok(same.sound);
  assert.equal(artworkText(same).match(/as published, pixelHash [0-9a-f]{64}/g)?.length, 2);
  const other = "0".repeat(64);
  const changed = checkArtwork({ sprites: { pixelHash: other }, portraits: { pixelHash: portraits } });
  assert.ok(!changed.sound);
  assert.equal(
    artworkText(changed),
    `sprites: expected pixelHash ${sprites} of data/sources.json, got ${other}\n` +
      `portraits: as published, pixelHash ${portraits}`,
  );
});
