/// <reference lib="dom" />
/** One picture as it appears: its place first, then what it will be, then itself with its scores. */
import type { Sampled } from "./sampling.ts";

/** The picture; `alt` says what it is, and its scores follow. */
export function SampledPicture({ sampled, alt }: { sampled: Sampled | undefined; alt: string }) {
  const scores = sampled?.scores;
  const caption = scores &&
    Object.entries(scores).map(([name, value]) => `${name} ${value.toFixed(2)}`).join(", ");
  return (
    <div class={`picture${sampled ? scores ? " finished" : " making" : " waiting"}`}>
      {sampled && (
        <img
          src={sampled.source}
          alt={caption ? `${alt}; ${caption}` : alt}
          title={caption}
          width={64}
          height={64}
        />
      )}
    </div>
  );
}
