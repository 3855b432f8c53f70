/** Recipes of the joint encoder's image tower and of the judge's: locked-text contrastive training on pre-training scenes. */
import {
  combine,
  fold,
  host,
  key,
  leaf,
  partition,
  prefixed,
  scope,
  sizeOf,
  stream,
  type Tensor,
  tf,
} from "../../../lib/engine/mod.ts";
import {
  colourTerm,
  contrastiveLoss,
  createSentenceEmbedder,
  INITIAL_LOGIT_SCALE,
  initTokenHeads,
  initVisionTower,
  labelTerm,
  loadSentenceEncoder,
  namingLoss,
  thingTerm,
  type TokenTerms,
  visionTower,
} from "../../../lib/clip/mod.ts";
import { FAMILIES, FIRST_VAL_IDENTITY, TREATMENTS } from "../../../lib/tasks/mod.ts";
import { compileTrainStep, outerLayers } from "../../../lib/training/mod.ts";
import { MINI_VISION } from "../../mini/models.ts";
import { type Augmentation, type ImagePool, imagePool, randomView, SUBJECTS } from "../image_pool.ts";
import { type Part, stepOptions } from "../part.ts";
import { thingColour } from "./scene_facts.ts";

/** Scenes and portraits as the stream has them, and further portraits: who a person is takes more views than their share gives. */
const STREAM = 24_000, PORTRAITS = 8_000;
const POOL = STREAM + PORTRAITS;
const WIDTH = MINI_VISION.projection_dim;
const PICTURE = [3, MINI_VISION.image_size, MINI_VISION.image_size] as const;
const PIXELS = sizeOf(PICTURE);
const LOGIT_SCALE = "logit_scale";
/** Prefix of the heads that only the training has. */
const HEADS = "heads";
const TERMS: TokenTerms = {
  hidden: MINI_VISION.hidden_size,
  patch: MINI_VISION.patch_size,
  cells: 4,
  labels: { person: FIRST_VAL_IDENTITY, family: FAMILIES.length, treatment: TREATMENTS.length },
};
const LABELS = Object.entries(TERMS.labels) as [keyof ImagePool["labels"], number][];
/** Weights of the terms beside the contrastive losses; a label's is the same for all. */
const COLOURS = 8;
const THING = 8;
const LABEL = 1;

/** Which scenes a tower is trained on, and how they are varied. */
export interface TowerData {
  /** First index of the pre-training stream. */
  readonly first: number;
  readonly augmentation: Augmentation;
}

/** Composes the scenes, encodes their captions and compiles the step. */
export function imageTowerTraining({ first, augmentation }: TowerData): Part["prepare"] {
  return async (bank, { recipe, batches, notify, compile }) => {
    notify(`composing ${POOL} scenes`);
    const pool = imagePool(bank, first, { count: STREAM, portraits: PORTRAITS });
    const embedder = createSentenceEmbedder(await loadSentenceEncoder());
    const thingColours = pool.truths.map((truth, i) =>
      truth.kind === "scene" ? thingColour(bank.sprites, pool.images[i]!, truth) : undefined
    );
    const texts = await embedder.embed(pool.captions);
    const names = await embedder.embed(SUBJECTS);
    await embedder.dispose();
    notify("scenes and captions ready");
    const tower = initVisionTower(key(recipe.seed), MINI_VISION);
    const step = await compileTrainStep({
      compile,
      frozen: { names: host(names, [SUBJECTS.length, WIDTH]) },
      trainable: combine(
        tower,
        prefixed(initTokenHeads(fold(key(recipe.seed), HEADS), TERMS), HEADS),
        { [LOGIT_SCALE]: host([INITIAL_LOGIT_SCALE], []) },
      ),
      inputs: {
        pixels: { shape: [recipe.batch, ...PICTURE] },
        texts: { shape: [recipe.batch, WIDTH] },
        answers: { shape: [recipe.batch, SUBJECTS.length] },
        things: { shape: [recipe.batch, 3] },
        shown: { shape: [recipe.batch, 1] },
        ...Object.fromEntries(
          LABELS.map(([label, count]) => [label, { shape: [recipe.batch, count] }]),
        ),
      },
      outer: [
        ...outerLayers("visionTower", Object.keys(tower)),
        `${HEADS}.colours.weight`,
        `${HEADS}.thing.weight`,
        ...LABELS.map(([label]) => `${HEADS}.labels.${label}.weight`),
      ],
      clipNorm: 1,
      ...stepOptions(recipe),
      loss: (params, { names }, { pixels, texts, answers, things, shown, ...which }) => {
        const heads = scope(params, HEADS);
        const { embeds, penultimate: tokens } = visionTower(params, MINI_VISION, pixels as Tensor);
        const logitScale = leaf(params, LOGIT_SCALE);
        const captions = contrastiveLoss(embeds, texts as Tensor, { logitScale });
        const subjects = namingLoss(embeds, names as Tensor, { answers: answers as Tensor, logitScale });
        const colours = colourTerm(heads, TERMS, { tokens, pixels: pixels as Tensor });
        const thing = thingTerm(heads, { tokens, colours: things as Tensor, shown: shown as Tensor });
        const labels = Object.fromEntries(
          LABELS.map(([label]) => [label, labelTerm(heads, label, { tokens, which: leaf(which, label) })]),
        );
        const weighted = Object.values(labels).map((term) => tf.mul(term, LABEL));
        const loss = tf.addN([
          captions,
          subjects,
          tf.mul(colours, COLOURS),
          tf.mul(thing, THING),
          ...weighted,
        ]);
        return { loss, aux: { captions, subjects, colours, thing, ...labels } };
      },
    });
    return {
      step,
      batch: (index) => {
        const random = stream(fold(batches, "batch", index));
        const pixels = new Float32Array(recipe.batch * PIXELS);
        const rows = new Float32Array(recipe.batch * WIDTH);
        const answers = new Float32Array(recipe.batch * SUBJECTS.length);
        const things = new Float32Array(recipe.batch * 3);
        const shown = new Float32Array(recipe.batch);
        const which = Object.fromEntries(
          LABELS.map(([label, count]) => [label, new Float32Array(recipe.batch * count)]),
        );
        for (let i = 0; i < recipe.batch; i++) {
          const item = random.int(0, POOL - 1);
          const view = pixels.subarray(i * PIXELS, (i + 1) * PIXELS);
          const asSeen = randomView(pool.images[item]!, view, {
            random,
            augmentation,
            caption: pool.captions[item]!,
          });
          const thing = thingColours[item];
          if (thing) {
            things.set(thing.map((value) => asSeen(2 * value - 1)), i * 3);
            shown[i] = 1;
          }
          rows.set(texts.subarray(item * WIDTH, (item + 1) * WIDTH), i * WIDTH);
          answers[i * SUBJECTS.length + pool.subjects[item]!] = 1;
          for (const [label, count] of LABELS) {
            const known = pool.labels[label]![item]!;
            if (known >= 0) which[label]![i * count + known] = 1;
          }
        }
        return { pixels, texts: rows, answers, things, shown, ...which };
      },
      finish: () => {
        const trained = step.weights();
        const { trainable } = partition(trained, (name) => Object.hasOwn(tower, name));
        return Promise.resolve({
          tensors: trainable,
          config: { ...MINI_VISION, [LOGIT_SCALE]: leaf(trained, LOGIT_SCALE).data[0] },
        });
      },
    };
  };
}
