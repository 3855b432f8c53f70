/// <reference lib="dom" />
/** The page's calls. Every failure is an Error whose message is one sentence for the user. */
import type {
  GalleryEntry,
  LayerAnswer,
  LayerEvent,
  Neighbour,
  PlacedAnswer,
  SampleBody,
  SampleLine,
  SpaceAnswer,
  WhyAnswer,
} from "../api.ts";
import { type Call, pageAnswers } from "./answers.ts";

const answers = pageAnswers();

async function answered(path: string, call: Call = {}): Promise<Response> {
  const response = await answers(path, call);
  if (response.ok) return response;
  const answer: { error?: string } = await response.json().catch(() => ({}));
  throw new Error(answer.error ?? `The explorer answered ${response.status}`);
}

const post = (body: unknown, signal?: AbortSignal): Call => ({
  method: "POST",
  body: JSON.stringify(body),
  ...(signal ? { signal } : {}),
});

/** The lines of a JSON Lines answer as they come. */
async function* linesOf<T>(response: Response): AsyncGenerator<T, void, void> {
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new Error("The explorer stopped answering; load the page again");
    });
    const parts = (value ?? "").split("\n");
    parts[0] = rest + parts[0]!; // not searched again: a layer's line comes in hundreds of pieces
    rest = parts.pop()!;
    for (const part of parts) if (part) yield JSON.parse(part);
    if (done) return;
  }
}

/** The map. */
export const getSpace = async (): Promise<SpaceAnswer> => await (await answered("/api/space")).json();
/** Places a text. */
export const place = async (text: string): Promise<PlacedAnswer> =>
  await (await answered("/api/place", post({ text }))).json();
/** What each word does. */
export const why = async (text: string): Promise<WhyAnswer> =>
  await (await answered("/api/why", post({ text }))).json();
/** The known instructions nearest in meaning. */
export const searchMeaning = async (text: string, count: number): Promise<Neighbour[]> =>
  await (await answered("/api/search", post({ text, count }))).json();
/** The ten nearest of a known instruction. */
export const neighboursOf = async (index: number): Promise<Neighbour[]> =>
  await (await answered(`/api/neighbours/${index}`)).json();
/** Conditions to choose from. */
export const getGallery = async (): Promise<GalleryEntry[]> => await (await answered("/api/gallery")).json();
/** A layer made before. */
export const getLayer = async (id: string): Promise<LayerAnswer> =>
  await (await answered(`/api/layers/${encodeURIComponent(id)}`)).json();
/** A picture file as the model sees it: base64 of a PNG. */
export const fitPicture = async (file: Blob): Promise<string> =>
  (await (await answered("/api/picture", { method: "POST", body: file })).json()).png;
/** The map as a still figure. */
export const getFigure = async (body: unknown): Promise<Blob> =>
  await (await answered("/api/figure", post(body))).blob();
/** Ends this page's sampling. */
export const cancelSampling = async (client: string): Promise<void> => {
  await answered("/api/cancel", post({ client }));
};

/** Sends a file of instructions; reports its progress. */
export async function* sendLayer(
  name: string,
  file: Blob,
  signal: AbortSignal,
): AsyncGenerator<LayerEvent, void, void> {
  const call: Call = { method: "POST", body: file, signal };
  yield* linesOf<LayerEvent>(await answered(`/api/layers?name=${encodeURIComponent(name)}`, call));
}

/** Samples pictures. */
export async function* sample(body: SampleBody, signal: AbortSignal): AsyncGenerator<SampleLine, void, void> {
  yield* linesOf<SampleLine>(await answered("/api/sample", post(body, signal)));
}
