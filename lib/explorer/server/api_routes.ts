/**
 * The explorer's calls as routes: what the page asks, answered in JSON. On the server they stand behind its guard; in a static site the same
 * routes answer in the page's worker. Every body is bounded, every answer to a mistake is one sentence.
 */
import { type Context, Hono, type Next } from "hono";
import { bodyLimit } from "hono/body-limit";
import { SENTENCE_WIDTH, type SentenceEmbedder } from "../../clip/mod.ts";
import { UserError } from "../../engine/mod.ts";
import { figurePng, figureSvg } from "../../plots/mod.ts";
import { encodePng } from "../../raster/mod.ts";
import {
  dimensionsOf,
  encodeFloats,
  GALLERY_FOLDER,
  isLayoutId,
  LAYOUT_IDS,
  MOST_BYTES,
  type SpaceAnswer,
} from "../api.ts";
import { studioRequest } from "./sample_request.ts";
import { createSamplings } from "./samplings.ts";
import type { InstructionSpace } from "./instruction_space.ts";
import { layerFormat, readLayerFile } from "./layer_file.ts";
import { type LayerStore, makeLayer } from "./layers.ts";
import { lineResponse } from "./line_stream.ts";
import { checkedText, embedTexts, LONGEST_TEXT, nearestTo, placeText, whyNearest } from "./place_text.ts";
import { fieldsOf, listField, numberField, objectField, textField } from "./request_fields.ts";
import { shortWorkFirst } from "./short_work_first.ts";
import { spaceFigure } from "./space_figure.ts";
import type { Studio } from "./studio.ts";

/** What the calls work with. */
export interface ApiParts {
  /** The map. */
  readonly space: InstructionSpace;
  /** Embeds what is typed. */
  readonly embedder: SentenceEmbedder;
  /** Absent: no pictures can be sampled. */
  readonly studio?: Studio;
  /** Where layers are kept. */
  readonly layers: LayerStore;
  /** The clock, in seconds. */
  readonly now: () => number;
}

const KIB = 1024;

/** The map as the page takes it. */
function spaceAnswer(
  { tasks, points, trained, layouts, quality, margin, nearest, purity }: InstructionSpace,
): SpaceAnswer {
  return {
    tasks,
    points,
    trained,
    purity,
    margin: encodeFloats(margin),
    nearest: encodeFloats(nearest),
    layouts: Object.fromEntries(
      LAYOUT_IDS.map((id) => [id, { coordinates: encodeFloats(layouts[id]), quality: quality[id] }]),
    ) as unknown as SpaceAnswer["layouts"],
  };
}

const sentence = (error: unknown) =>
  error instanceof UserError
    ? error.message
    : `The explorer failed: ${error instanceof Error ? error.message : String(error)}`;

/** Refuses bodies above a size. */
const atMost = (bytes: number) =>
  bodyLimit({
    maxSize: bytes,
    onError: (context: Context) =>
      context.json({ error: `Reading the request failed: expected at most ${bytes} bytes, got more` }, 413),
  });

/** The calls over their parts. */
export function apiRoutes({ space, embedder, studio, layers, now }: ApiParts): Hono {
  const samplings = studio && createSamplings(studio, now);
  const answer = JSON.stringify({ ...spaceAnswer(space), ...(studio ? { studio: studio.about } : {}) });
  const turns = shortWorkFirst();
  const short = (_context: Context, next: Next) => turns.short(next);
  const app = new Hono();
  app.notFound((context) => context.json({ error: "There is no such page" }, 404));
  app.onError((error, context) => {
    const known = error instanceof UserError || error instanceof RangeError;
    return context.json({ error: sentence(error) }, known ? 400 : 500);
  });

  app.get("/api/space", (context) => context.body(answer, 200, { "content-type": "application/json" }));

  app.post("/api/place", atMost(8 * KIB), short, async (context) => {
    const text = textField(await fieldsOf(context.req), "text", { most: 4 * KIB });
    return context.json(await placeText(space, embedder, text));
  });
  app.post("/api/why", atMost(8 * KIB), short, async (context) => {
    const text = textField(await fieldsOf(context.req), "text", { most: 4 * KIB });
    return context.json(await whyNearest(space, embedder, text));
  });
  app.post("/api/search", atMost(8 * KIB), short, async (context) => {
    const fields = await fieldsOf(context.req);
    const text = checkedText(textField(fields, "text", { most: 4 * KIB }));
    const count = numberField(fields, "count", { low: 1, high: 1000, whole: true });
    const [embedded] = await embedTexts(embedder, [text]);
    return context.json((await nearestTo(space, embedded!.vector, { count })).neighbours);
  });
  app.get("/api/neighbours/:index", short, async (context) => {
    const index = numberField({ index: Number(context.req.param("index")) }, "index", {
      low: 0,
      high: space.points.length - 1,
      whole: true,
    });
    const vector = space.embeddings.subarray(index * SENTENCE_WIDTH, (index + 1) * SENTENCE_WIDTH);
    return context.json((await nearestTo(space, vector, { count: 10, except: index })).neighbours);
  });

  app.post("/api/layers", atMost(MOST_BYTES.layer), async (context) => {
    const name = textField({ name: context.req.query("name") ?? "pasted.txt" }, "name", { most: 200 });
    const texts = readLayerFile(new Uint8Array(await context.req.arrayBuffer()), layerFormat(name));
    const abort = new AbortController();
    return lineResponse(makeLayer({ space, embedder, layers, turns }, { name, texts }, abort.signal), {
      abort,
      failed: (error) => ({ kind: "error", error: sentence(error) }),
    });
  });
  app.get("/api/layers/:id", async (context) => {
    const layer = await layers.read(context.req.param("id"));
    return layer
      ? context.json(layer)
      : context.json({ error: "This layer is no longer kept here; drop its file again" }, 404);
  });

  app.post("/api/figure", atMost(64 * KIB), short, async (context) => {
    const fields = await fieldsOf(context.req);
    const { layout, format } = fields;
    if (!isLayoutId(layout) || dimensionsOf(layout) !== 2 || (format !== "svg" && format !== "png")) {
      throw new UserError("Rendering the figure failed: expected a 2-D layout as svg or png, got another");
    }
    const typed = listField(fields, "typed", { least: 0, most: 24 }).map((entry) => {
      const point = objectField({ point: entry }, "point");
      return {
        name: textField(point, "name", { most: 80 }),
        text: textField(point, "text", { most: LONGEST_TEXT }),
      };
    });
    const placed = [];
    for (const { name, text } of typed) {
      placed.push({ name, place: (await placeText(space, embedder, text)).coordinates[layout] });
    }
    const map = spaceFigure(space, layout, placed);
    return format === "svg"
      ? context.body(figureSvg(map), 200, { "content-type": "image/svg+xml" })
      : context.body(Uint8Array.from(await figurePng(map)), 200, { "content-type": "image/png" });
  });

  if (studio && samplings) {
    app.get("/api/gallery", async (context) =>
      context.json(
        (await studio.gallery()).map(({ id, task, prompt, caption }) => ({ id, task, prompt, caption })),
      ));
    app.get(`/${GALLERY_FOLDER}/:file`, async (context) => {
      const [, id, which] = /^(.+)-(condition|target)\.png$/u.exec(context.req.param("file")) ?? [];
      const item = (await studio.gallery()).find((each) => each.id === id);
      if (!item) return context.notFound();
      const picture = which === "target" ? item.target : item.condition;
      return context.body(Uint8Array.from(encodePng(picture)), 200, {
        "content-type": "image/png",
        "cache-control": "max-age=3600",
      });
    });
    app.post("/api/picture", atMost(MOST_BYTES.picture), async (context) => {
      const fitted = await studio.fit(new Uint8Array(await context.req.arrayBuffer()));
      return context.json({ png: encodePng(fitted).toBase64() });
    });
    app.post("/api/sample", atMost(2 * MOST_BYTES.picture), async (context) => {
      const fields = await fieldsOf(context.req);
      const client = textField(fields, "client", { most: 80 });
      const request = await studioRequest(fields, { studio, embedder });
      const abort = new AbortController();
      return lineResponse(samplings.start(client, request, abort.signal), {
        abort,
        failed: (error) => ({ kind: "error", error: sentence(error) }),
      });
    });
    app.post("/api/cancel", atMost(KIB), async (context) => {
      const client = textField(await fieldsOf(context.req), "client", { most: 80 });
      return context.json({ cancelled: samplings.cancel(client) });
    });
    app.get("/api/samplings", (context) => context.json({ open: samplings.open }));
  }
  return app;
}
