/// <reference lib="dom" />
/** Samples for a static explorer: the models come from the site's files and run in this worker, one picture at a time. */
import { createCaptionTokenizer, type SentenceEmbedder, visionTokens } from "../../../lib/clip/mod.ts";
import { scope } from "../../../lib/engine/mod.ts";
import { galleryPicture } from "../../../lib/explorer/api.ts";
import type { GalleryItem, SampledModel, Studio } from "../../../lib/explorer/mod.ts";
import { onWhite, readPicture } from "../../../lib/raster/mod.ts";
import type { BaseModel } from "../../mini/frozen.ts";
import { createGenerator, type OpenPipeline } from "../../../lib/pipeline/mod.ts";
import { imageEncoder, latentDecoder } from "../../mini/programs.ts";
import { once } from "../../adapters/once.ts";
import { createStudio, sizedPicture } from "../studio/picture_studio.ts";
import type { SiteFacts } from "./site_data.ts";
import { readPart, siteResponse } from "./site_files.ts";

/** A page has one thread for a graph. */
const ONE_BY_ONE = { threads: 1, batches: [1] };

async function loadBase(): Promise<BaseModel> {
  const { config: { unet, text, words }, params } = await readPart("base");
  return {
    unet: { config: unet, params: scope(params, "unet") },
    text: { config: text, params: scope(params, "text_encoder") },
    tokenizer: createCaptionTokenizer(words, { length: text.max_position_embeddings }),
  };
}

async function galleryItem(entry: SiteFacts["gallery"][number]): Promise<GalleryItem> {
  const picture = async (which: "condition" | "target") => {
    const file = await (await siteResponse(galleryPicture(entry.id, which))).arrayBuffer();
    return onWhite(await readPicture(new Uint8Array(file)));
  };
  const [condition, target] = await Promise.all([picture("condition"), picture("target")]);
  return { ...entry, condition, target };
}

/** Opens the studio; models are fetched when first needed, the base model's words at once. */
export function openSiteStudio(
  { about, gallery }: SiteFacts,
  embedder: () => Promise<SentenceEmbedder>,
): Studio {
  const base = once(loadBase);
  const tower = once(() => readPart("encoder"));
  const encoder = once(async () => imageEncoder(await tower(), ONE_BY_ONE));
  const noImage = once(async () => await (await encoder()).zero());
  const decoder = once(async () => latentDecoder(await readPart("vae"), ONE_BY_ONE));
  const pipeline = (model: SampledModel) =>
    once(async (): Promise<OpenPipeline> => {
      const { config: projection, params: adapter } = await readPart(model);
      const { config } = await tower();
      const generator = await createGenerator({
        base: await base(),
        batch: about.batch,
        adapter: {
          projection,
          like: adapter,
          imageShape: [visionTokens(config), config.hidden_size],
          noImage: await noImage(),
        },
      }, { threads: 1 });
      return {
        generator,
        adapter,
        decode: async (latents) => (await (await decoder()).run(latents)).map(sizedPicture),
      };
    });
  return createStudio({
    about,
    tokenizer: async () => (await base()).tokenizer,
    gallery: once(() => Promise.all(gallery.map(galleryItem))),
    pipelines: { instruct: pipeline("instruct"), plus: pipeline("plus") },
    encoder,
    judge: once(async () => imageEncoder(await readPart("judge"), ONE_BY_ONE)),
    embedder,
  });
}
