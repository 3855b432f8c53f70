/**
 * The portrait families: which DiceBear options make an identity (hair, beard, glasses, nose) and which make a view
 * (expression, clothes), and the words a caption may use for them.
 */
import type { Style as DiceBearStyle } from "@dicebear/core";
import * as avataaars from "@dicebear/avataaars";
import * as micah from "@dicebear/micah";
import * as openPeeps from "@dicebear/open-peeps";
import * as personas from "@dicebear/personas";
import * as toonHead from "@dicebear/toon-head";

/** Expressions by the word a caption uses. */
export const EXPRESSIONS = ["smiling", "laughing", "sad", "angry", "surprised", "winking", "sleepy"] as const;
/** Word of an expression. */
export type Expression = (typeof EXPRESSIONS)[number];

/** Hair colours by word, hexadecimal without "#". */
export const HAIR_COLOURS = {
  black: "1f1a17",
  brown: "75451f",
  blonde: "e6bd63",
  red: "c1502e",
  gray: "b9b9bd",
} as const;
/** Skin tones by word. */
export const SKIN_COLOURS = { light: "f6d2b3", tan: "d9a273", brown: "a4683c", dark: "7d5233" } as const;
/** Clothes colours by word. */
export const CLOTHES_COLOURS = {
  red: "d8343a",
  blue: "2f64d6",
  green: "2f9d4f",
  yellow: "f2c230",
  purple: "8247c2",
  orange: "f0842c",
  pink: "f27bb0",
  black: "2b2b30",
  white: "f4f4f4",
} as const;

/** Word of a hair colour. */
export type HairColour = keyof typeof HAIR_COLOURS;
/** Word of a skin tone. */
export type SkinColour = keyof typeof SKIN_COLOURS;
/** Word of a clothes colour. */
export type ClothesColour = keyof typeof CLOTHES_COLOURS;

/** DiceBear options with exactly one choice each. */
export type Choice = Readonly<Record<string, string>>;

/** What all views of one person share. */
export interface Look {
  /** The family's name of the hair. */
  readonly hair: string;
  /** Word of the hair colour. */
  readonly hairColour: HairColour;
  /** Word of the skin tone. */
  readonly skin: SkinColour;
  /** The family's name of the nose. */
  readonly nose: string;
  /** Empty for none. */
  readonly beard: string;
  /** Empty for none. */
  readonly glasses: string;
}

export interface PortraitFamily {
  readonly name: string;
  /** How a caption names this manner of drawing. */
  readonly phrase: string;
  readonly art: DiceBearStyle<Record<string, unknown>>;
  readonly hair: readonly string[];
  readonly nose: readonly string[];
  readonly beard: readonly string[];
  readonly glasses: readonly string[];
  /** Caption word for clothes -> option values that show them. */
  readonly clothes: Readonly<Record<string, readonly string[]>>;
  readonly expressions: Readonly<Partial<Record<Expression, readonly Choice[]>>>;
  /** The options of one picture; an option left out of the result does not appear. */
  options(look: Look, view: { clothes: string; colour: string }): Record<string, string | number>;
}

const asStyle = (style: unknown): DiceBearStyle<Record<string, unknown>> =>
  style as DiceBearStyle<Record<string, unknown>>;
const shown = (value: string): number => (value === "" ? 0 : 100);

const PERSONAS: PortraitFamily = {
  name: "personas",
  phrase: "minimal portrait",
  art: asStyle(personas),
  hair: [
    "long",
    "sideShave",
    "shortCombover",
    "curlyHighTop",
    "bobCut",
    "curly",
    "pigtails",
    "curlyBun",
    "bobBangs",
    "bald",
    "balding",
    "bunUndercut",
    "straightBun",
    "extraLong",
    "mohawk",
  ],
  nose: ["mediumRound", "smallRound", "wrinkles"],
  beard: ["beardMustache", "walrus", "goatee"],
  glasses: ["glasses"],
  clothes: { shirt: ["squared", "rounded", "small"], jacket: ["checkered"] },
  expressions: {
    smiling: [{ eyes: "open", mouth: "smile" }],
    laughing: [{ eyes: "happy", mouth: "bigSmile" }],
    sad: [{ eyes: "open", mouth: "frown" }],
    surprised: [{ eyes: "open", mouth: "surprise" }],
    winking: [{ eyes: "wink", mouth: "smirk" }],
    sleepy: [{ eyes: "sleep", mouth: "lips" }],
  },
  options: (look, view) => ({
    hair: look.hair,
    hairColor: HAIR_COLOURS[look.hairColour],
    skinColor: SKIN_COLOURS[look.skin],
    nose: look.nose,
    ...(look.beard === "" ? {} : { facialHair: look.beard }),
    facialHairProbability: shown(look.beard),
    ...(look.glasses === "" ? {} : { eyes: "glasses" }),
    body: view.clothes,
    clothingColor: view.colour,
  }),
};

const MICAH: PortraitFamily = {
  name: "micah",
  phrase: "sketchy portrait",
  art: asStyle(micah),
  hair: ["fonze", "mrT", "dougFunny", "mrClean", "dannyPhantom", "full", "pixie"],
  nose: ["curve", "pointed", "tound"],
  beard: ["beard", "scruff"],
  glasses: ["round", "square"],
  clothes: { shirt: ["open", "collared"], sweater: ["crew"] },
  expressions: {
    smiling: [{ mouth: "smile", eyebrows: "up", eyes: "eyes" }],
    laughing: [{ mouth: "laughing", eyebrows: "up", eyes: "smiling" }],
    sad: [{ mouth: "sad", eyebrows: "up", eyes: "eyes" }],
    angry: [{ mouth: "frown", eyebrows: "down", eyes: "eyes" }],
    surprised: [{ mouth: "surprised", eyebrows: "up", eyes: "round" }],
  },
  options: (look, view) => ({
    hair: look.hair,
    hairColor: HAIR_COLOURS[look.hairColour],
    facialHairColor: HAIR_COLOURS[look.hairColour],
    baseColor: SKIN_COLOURS[look.skin],
    nose: look.nose,
    ...(look.beard === "" ? {} : { facialHair: look.beard }),
    facialHairProbability: shown(look.beard),
    ...(look.glasses === "" ? {} : { glasses: look.glasses, glassesColor: "222222" }),
    glassesProbability: shown(look.glasses),
    earringsProbability: 0,
    ears: "attached",
    mouthColor: "000000",
    shirt: view.clothes,
    shirtColor: view.colour,
  }),
};

const TOON: PortraitFamily = {
  name: "toon-head",
  phrase: "toon portrait",
  art: asStyle(toonHead),
  hair: [
    "sideComed",
    "undercut",
    "spiky",
    "bun",
    "sideComed longStraight",
    "spiky neckHigh",
    "undercut shoulderHigh",
    "bun longWavy",
    "sideComed shoulderHigh",
  ],
  nose: [""],
  beard: ["moustacheTwirl", "fullBeard", "chin", "longBeard"],
  glasses: [],
  clothes: { sweater: ["turtleNeck"], jacket: ["openJacket"], dress: ["dress"], shirt: ["shirt", "tShirt"] },
  expressions: {
    smiling: [{ eyes: "happy", eyebrows: "happy", mouth: "smile" }],
    laughing: [{ eyes: "bow", eyebrows: "happy", mouth: "laugh" }],
    sad: [{ eyes: "humble", eyebrows: "sad", mouth: "sad" }],
    angry: [{ eyes: "wide", eyebrows: "angry", mouth: "angry" }],
    surprised: [{ eyes: "wide", eyebrows: "raised", mouth: "agape" }],
    winking: [{ eyes: "wink", eyebrows: "raised", mouth: "smile" }],
  },
  options: (look, view) => {
    const [front, rear] = look.hair.split(" ");
    return {
      hair: front!,
      ...(rear === undefined ? {} : { rearHair: rear }),
      rearHairProbability: rear === undefined ? 0 : 100,
      hairColor: HAIR_COLOURS[look.hairColour],
      skinColor: SKIN_COLOURS[look.skin],
      ...(look.beard === "" ? {} : { beard: look.beard }),
      beardProbability: shown(look.beard),
      clothes: view.clothes,
      clothesColor: view.colour,
    };
  },
};

const PEEPS: PortraitFamily = {
  name: "open-peeps",
  phrase: "hand drawn portrait",
  art: asStyle(openPeeps),
  hair: [
    "afro",
    "bangs",
    "bun",
    "buns",
    "cornrows",
    "dreads1",
    "flatTop",
    "long",
    "longAfro",
    "longCurly",
    "medium1",
    "medium3",
    "mediumStraight",
    "mohawk",
    "noHair1",
    "pomp",
    "short1",
    "short4",
    "twists",
  ],
  nose: [""],
  beard: ["full", "full2", "goatee1", "moustache1", "moustache5"],
  glasses: ["glasses", "glasses2", "glasses3"],
  clothes: { shirt: [""] },
  expressions: {
    smiling: [{ face: "smile" }, { face: "smileBig" }],
    laughing: [{ face: "smileLOL" }],
    sad: [{ face: "concerned" }],
    angry: [{ face: "rage" }, { face: "veryAngry" }],
    surprised: [{ face: "awe" }, { face: "fear" }],
    sleepy: [{ face: "eyesClosed" }],
  },
  options: (look, view) => ({
    head: look.hair,
    headContrastColor: HAIR_COLOURS[look.hairColour],
    skinColor: SKIN_COLOURS[look.skin],
    ...(look.beard === "" ? {} : { facialHair: look.beard }),
    facialHairProbability: shown(look.beard),
    ...(look.glasses === "" ? {} : { accessories: look.glasses }),
    accessoriesProbability: shown(look.glasses),
    maskProbability: 0,
    clothingColor: view.colour,
  }),
};

const AVATAAARS: PortraitFamily = {
  name: "avataaars",
  phrase: "flat portrait",
  art: asStyle(avataaars),
  hair: [
    "bigHair",
    "bob",
    "bun",
    "curly",
    "curvy",
    "dreads",
    "fro",
    "straight01",
    "straightAndStrand",
    "dreads01",
    "frizzle",
    "shaggy",
    "shaggyMullet",
    "shortCurly",
    "shortFlat",
    "shortRound",
    "shortWaved",
    "sides",
    "theCaesar",
    "",
  ],
  nose: ["default"],
  beard: ["beardLight", "beardMajestic", "beardMedium", "moustacheFancy"],
  glasses: ["prescription01", "prescription02", "round", "wayfarers"],
  clothes: {
    jacket: ["blazerAndShirt"],
    sweater: ["collarAndSweater"],
    hoodie: ["hoodie"],
    overalls: ["overall"],
    shirt: ["shirtCrewNeck", "shirtScoopNeck", "shirtVNeck"],
  },
  expressions: {
    smiling: [{ eyes: "default", eyebrows: "default", mouth: "smile" }],
    laughing: [{ eyes: "happy", eyebrows: "raisedExcited", mouth: "smile" }],
    sad: [{ eyes: "default", eyebrows: "sadConcerned", mouth: "sad" }],
    angry: [{ eyes: "squint", eyebrows: "angry", mouth: "grimace" }],
    surprised: [{ eyes: "surprised", eyebrows: "raisedExcited", mouth: "screamOpen" }],
    winking: [{ eyes: "wink", eyebrows: "upDown", mouth: "twinkle" }],
    sleepy: [{ eyes: "closed", eyebrows: "default", mouth: "serious" }],
  },
  options: (look, view) => ({
    ...(look.hair === "" ? {} : { top: look.hair }),
    topProbability: shown(look.hair),
    hairColor: HAIR_COLOURS[look.hairColour],
    facialHairColor: HAIR_COLOURS[look.hairColour],
    skinColor: SKIN_COLOURS[look.skin],
    ...(look.beard === "" ? {} : { facialHair: look.beard }),
    facialHairProbability: shown(look.beard),
    ...(look.glasses === "" ? {} : { accessories: look.glasses, accessoriesColor: "262e33" }),
    accessoriesProbability: shown(look.glasses),
    clothing: view.clothes,
    clothesColor: view.colour,
  }),
};

/** Identity i is drawn in family i modulo 5. */
export const PORTRAIT_FAMILIES: readonly PortraitFamily[] = [PERSONAS, MICAH, TOON, PEEPS, AVATAAARS];
