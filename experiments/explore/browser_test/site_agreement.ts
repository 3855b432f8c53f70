/// <reference lib="dom" />
/** How far a static explorer's numbers are from the server's: the site promises 1e-3. */
import { decode } from "fast-png";
import type { Page } from "playwright-core";
import { LAYOUT_IDS, type LayoutId, type PlacedAnswer } from "../../../lib/explorer/mod.ts";
import {
  decodeFloats,
  type SampleBody,
  type SampleLine,
  type SpaceAnswer,
  type WhyAnswer,
} from "../../../lib/explorer/api.ts";
import { askSite } from "./ask_site.ts";

/** The two that are compared. */
export interface Compared {
  /** A page that is on the site. */
  readonly page: Page;
  /** The server's address, with "/" at its end. */
  readonly server: string;
}

/** Largest differences of texts' numbers. */
export interface TextDifferences {
  readonly cosine: number;
  /** Of the map's half width. */
  readonly place: number;
  readonly share: number;
  readonly margin: number;
  /** Of what a word does for the task's lead. */
  readonly effect: number;
  /** Texts of which something that is no number differs: the nearest instruction, how familiar it is, the task. */
  readonly others: readonly string[];
}

const largest = (differences: Iterable<number>) => Math.max(0, ...differences);

/** The server's map. */
export async function serverMap(server: string): Promise<SpaceAnswer> {
  return await (await fetch(`${server}api/space`)).json();
}

async function both(compared: Compared, path: string, body: unknown): Promise<[string, string]> {
  const answer = await fetch(compared.server + path, { method: "POST", body: JSON.stringify(body) });
  return [await askSite(compared.page, `/${path}`, body), await answer.text()];
}

/** Places and explains texts here and there. */
export async function textDifferences(
  compared: Compared,
  texts: readonly string[],
): Promise<TextDifferences> {
  const map = await serverMap(compared.server);
  const reach = Object.fromEntries(
    LAYOUT_IDS.map((id) => [id, largest(decodeFloats(map.layouts[id].coordinates).map(Math.abs))]),
  ) as Record<LayoutId, number>;
  const seen = {
    cosine: [] as number[],
    place: [] as number[],
    share: [] as number[],
    margin: [] as number[],
    effect: [] as number[],
  };
  const others: string[] = [];
  for (const text of texts) {
    const [own, its] = (await both(compared, "api/place", { text })).map((each): PlacedAnswer =>
      JSON.parse(each)
    ) as [PlacedAnswer, PlacedAnswer];
    const [why, whyThere] = (await both(compared, "api/why", { text })).map((each): WhyAnswer =>
      JSON.parse(each)
    ) as [WhyAnswer, WhyAnswer];
    const apart = (a: number | undefined, b: number) => Math.abs((a ?? NaN) - b);
    its.neighbours.forEach(({ cosine }, i) => seen.cosine.push(apart(own.neighbours[i]?.cosine, cosine)));
    for (const id of LAYOUT_IDS) {
      its.coordinates[id].forEach((place, d) =>
        seen.place.push(apart(own.coordinates[id][d], place) / reach[id])
      );
    }
    for (const { task, share } of its.shares) {
      seen.share.push(apart(own.shares.find((each) => each.task === task)?.share, share));
    }
    seen.margin.push(apart(own.margin, its.margin));
    whyThere.words.forEach(({ effect }, i) => seen.effect.push(apart(why.words[i]?.effect, effect)));
    const agree = own.neighbours[0]!.index === its.neighbours[0]!.index &&
      own.familiarity === its.familiarity && why.task === whyThere.task;
    if (!agree) others.push(text);
  }
  return {
    cosine: largest(seen.cosine),
    place: largest(seen.place),
    share: largest(seen.share),
    margin: largest(seen.margin),
    effect: largest(seen.effect),
    others,
  };
}

/** Differences of one sampling's pictures. */
export interface PictureDifferences {
  /** Sum of the pixels' differences over the sum of the second's pixels, the largest of all pictures. */
  readonly brightness: number;
  /** The largest of all scores. */
  readonly score: number;
  /** Pictures compared. */
  readonly pictures: number;
}

const sampledLines = (text: string) => text.trim().split("\n").map((line): SampleLine => JSON.parse(line));

/** How far the first sampling's pictures are from the second's. @throws RangeError when they have not the same pictures */
function picturesApart(first: readonly SampleLine[], second: readonly SampleLine[]): PictureDifferences {
  const [own, its] = [first, second].map((lines) =>
    lines.flatMap((line) =>
      line.kind === "finished" ? line.pictures.map((picture) => ({ ...picture, model: line.model })) : []
    )
  ) as [FinishedPicture[], FinishedPicture[]];
  if (its.length === 0 || own.length !== its.length) {
    throw new RangeError(`Comparing pictures needs the same of both, got ${own.length} and ${its.length}`);
  }
  const brightness: number[] = [], scores: number[] = [];
  for (const picture of its) {
    const like = own.find(({ model, at }) => model === picture.model && at === picture.at)!;
    const [a, b] = [like, picture].map(({ png }) => decode(Uint8Array.fromBase64(png)).data);
    let difference = 0, size = 0;
    b!.forEach((value, i) => {
      difference += Math.abs(value - a![i]!);
      size += value;
    });
    brightness.push(difference / size);
    for (const [name, score] of Object.entries(picture.scores!)) {
      scores.push(Math.abs((like.scores![name] ?? NaN) - score));
    }
  }
  return { brightness: largest(brightness), score: largest(scores), pictures: its.length };
}

type FinishedLine = Extract<SampleLine, { kind: "finished" }>;
type FinishedPicture = FinishedLine["pictures"][number] & { readonly model: FinishedLine["model"] };

/**
 * Samples here and there; `seconds` is what the site's sampling took, as its page shows it.
 *
 * @throws RangeError when one of them sampled not as asked
 */
export async function pictureDifferences(
  compared: Compared,
  body: SampleBody,
): Promise<PictureDifferences & { readonly seconds: number }> {
  const [here, there] = (await both(compared, "api/sample", body)).map(sampledLines);
  const done = here!.at(-1);
  if (done?.kind !== "done") throw new RangeError("Comparing pictures needs the site's, got no end of them");
  return { ...picturesApart(here!, there!), seconds: done.seconds };
}

/** How far the server's own pictures move when guidance changes by a millionth, which is what rounding may do to it. */
export async function roundingDifferences(
  { server }: Compared,
  body: SampleBody,
): Promise<PictureDifferences> {
  const sampled = async (guidance: number) => {
    const request = { method: "POST", body: JSON.stringify({ ...body, guidance }) };
    return sampledLines(await (await fetch(`${server}api/sample`, request)).text());
  };
  return picturesApart(await sampled(body.guidance * (1 + 1e-6)), await sampled(body.guidance));
}
