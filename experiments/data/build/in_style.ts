/**
 * Style preservation (Sec. 3.4): the condition is a picture of one source, the prompt a caption of another; the target is what InstantStyle generates of the
 * two with the user's base and IP-Adapter. Where there are fewer pictures or prompts than pairs they come again in other combinations.
 */
import { UserError } from "../../../lib/engine/mod.ts";
import { listed } from "../sources/index_pictures.ts";
import { pickSeeded } from "../sources/pick_seeded.ts";
import { openTexts } from "../sources/source_texts.ts";
import { BrokenPicture, type SourcePicture } from "../sources/source_picture.ts";
import { openSource } from "../sources/picture_source.ts";
import { licenceIn } from "./notice.ts";
import { type Candidate, erased, type PairBuilder, sideOf } from "./pair_builder.ts";
import { decoded, onWhiteOf, storedSquare, storedWhole } from "./stored_picture.ts";
import { targetModels, targetOptions } from "./target_models.ts";

const DEFAULTS = { guidance: 5, strength: 1 };

interface StyleCandidate extends Candidate {
  readonly picture: SourcePicture;
  readonly prompt: string;
}

const commonDivisor = (a: number, b: number): number => b === 0 ? a : commonDivisor(b, a % b);

/**
 * Pair k of two lists' combinations: each list is gone through in its order, and no combination comes twice before all have come.
 *
 * @returns the indices of pair `k`, from 0 to `first * second` - 1.
 */
export function combination(k: number, first: number, second: number): readonly [number, number] {
  const round = first * second / commonDivisor(first, second);
  return [k % first, (k + Math.floor(k / round)) % second];
}

/** Pictures and what InstantStyle makes in their style. */
export const IN_STYLE: PairBuilder = {
  kind: "styled",
  what: "pictures, and what InstantStyle generates in their style",
  options: [
    { name: "conditions", value: "SOURCE", help: "pictures whose style is taken" },
    { name: "prompts", value: "SOURCE", help: "captions of other pictures, or a .txt file with one a line" },
    ...targetOptions(DEFAULTS),
  ],
  async open({ seed, most, values, captioner, report, fields }) {
    const source = openSource(values.get("conditions") as string, "--conditions");
    const found = listed(source, report);
    const pictures = await pickSeeded(found.pictures, { seed, most, name: ({ name }) => name });
    const listing = found.listing();
    if (pictures.length === 0) {
      throw new UserError(`--conditions expects pictures, got none in ${source.path}`);
    }
    const texts = openTexts(values.get("prompts") as string, "--prompts");
    const prompts = await pickSeeded(texts.texts(report), { seed, most, name: (text) => text });
    if (prompts.length === 0) throw new UserError(`--prompts expects captions, got none in ${texts.path}`);
    const { maker, identity, notes } = await targetModels(values, {
      kind: "instant-style",
      seed,
      defaults: DEFAULTS,
    });
    const count = Math.min(most, pictures.length * prompts.length);
    const candidates = Array.from({ length: count }, (_, k): StyleCandidate => {
      const [a, b] = combination(k, pictures.length, prompts.length);
      const picture = pictures[a] as SourcePicture, prompt = prompts[b] as string;
      return { id: `${picture.name}\n${prompt}`, group: picture.file(), picture, prompt };
    });
    const [conditionSide, targetSide] = [sideOf(fields, "condition"), sideOf(fields, "target")];
    return erased<StyleCandidate>({
      identity: { conditions: { ...listing }, prompts: texts.listing(), ...identity },
      notes: [
        {
          what: "conditions",
          path: source.path,
          holds: `${listing.pictures} pictures`,
          ...licenceIn(source.path),
        },
        {
          what: "prompts",
          path: texts.path,
          holds: `${texts.listing().texts} texts`,
          ...licenceIn(texts.path),
        },
        ...notes,
      ],
      candidates,
      parallel: false,
      async make({ id, picture, prompt }) {
        const fault = maker.promptFault(prompt);
        if (fault !== undefined) throw new BrokenPicture(fault);
        const image = await decoded(await picture.read());
        const caption = captioner.identity === null
          ? picture.caption
          : await captioner.caption(picture.name, image, picture.caption);
        const target = await maker.make({ name: id, prompt, shown: onWhiteOf(image) });
        return {
          pictures: {
            condition: await storedWhole(image, { side: conditionSide, name: picture.name }),
            target: await storedSquare(target, { side: targetSide, name: id }),
          },
          texts: { prompt, ...(caption === undefined ? {} : { caption }) },
        };
      },
      close: () => maker.close(),
    });
  },
};
