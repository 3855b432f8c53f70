/** Whether the mini scale's artwork is, pixel for pixel, what data/sources.json publishes. */
import sources from "../../data/sources.json" with { type: "json" };

/** One kind of artwork. */
export interface CheckedArtwork {
  readonly name: "sprites" | "portraits";
  /** SHA-256 over all its pixels, as published. */
  readonly published: string;
  /** The same of what is drawn here. */
  readonly drawn: string;
}

/** What `deno task data check --scale mini` found. */
export interface ArtworkReport {
  /** Whether all are as published. */
  readonly sound: boolean;
  readonly artwork: readonly CheckedArtwork[];
}

/** Compares the artwork's pixels with the published hashes. */
export function checkArtwork(
  bank: Readonly<Record<CheckedArtwork["name"], { pixelHash: string }>>,
): ArtworkReport {
  const artwork = (["sprites", "portraits"] as const).map((name) => ({
    name,
    published: sources.pixelHash[name],
    drawn: bank[name].pixelHash,
  }));
  return { sound: artwork.every(({ published, drawn }) => published === drawn), artwork };
}

/** The report in a line for each kind. */
export const artworkText = ({ artwork }: ArtworkReport): string =>
  artwork.map(({ name, published, drawn }) =>
    published === drawn
      ? `${name}: as published, pixelHash ${drawn}`
      : `${name}: expected pixelHash ${published} of data/sources.json, got ${drawn}`
  ).join("\n");
