/**
 * What each prediction of a guided step is given. Ordinary guidance, as in the paper, has two; the authors' code has four for IPAdapter-Instruct as released
 * (unity-research/IP-Adapter-Instruct, `ip_adapter_instruct.py` and `pipeline_stable_diffusion_extra_cfg.py`):
 *
 *     p = uncond + s_image (imageonly − uncond) + s (everything − imageonly) + s_instruct (full − everything)
 *
 * | prediction   | U-Net's text    | projection's instruction | projection's prompt | image |
 * | ------------ | --------------- | ------------------------ | ------------------- | ----- |
 * | `uncond`     | negative prompt | the empty text           | negative prompt     | zeros |
 * | `imageonly`  | negative prompt | negative prompt          | negative prompt     | shown |
 * | `everything` | negative prompt | "everything"             | prompt              | shown |
 * | `full`       | prompt          | instruction              | prompt              | shown |
 *
 * Departure: there the four are taken unless the instruction holds one of the words style, colour, color, face, facial or everything; here where
 * `instructGuidance` is given. Three equal scales are ordinary guidance by that scale.
 */
/** Scales of the four predictions beside the ordinary one. */
export interface ChainScales {
  /** s_instruct; absent: ordinary guidance. */
  readonly instructGuidance?: number;
  /** s_image. */
  readonly imageGuidance?: number;
}

/** Texts by what they are there for, in the order in which they are encoded. */
export const TEXT_ROLES = ["negative", "prompt", "empty", "instruction", "everything"] as const;

/** A text by what it is there for. */
export type TextRole = (typeof TEXT_ROLES)[number];

/** What one prediction is given. */
export interface GuidancePass {
  /** What the U-Net's cross-attention reads. */
  readonly text: TextRole;
  /** What the released projection reads as the instruction. */
  readonly instruction: TextRole;
  /** What it reads as the prompt. */
  readonly prompt: TextRole;
  /** Whether the image is shown; else zeros after CLIP's normalisation. */
  readonly image: boolean;
}

const UNCOND: GuidancePass = { text: "negative", instruction: "empty", prompt: "negative", image: false };
const FULL: GuidancePass = { text: "prompt", instruction: "instruction", prompt: "prompt", image: true };
const CHAIN: readonly GuidancePass[] = [
  UNCOND,
  { text: "negative", instruction: "negative", prompt: "negative", image: true },
  { text: "negative", instruction: "everything", prompt: "prompt", image: true },
  FULL,
];

/** What a guided step consists of: predictions p_0 … p_n, and s_1 … s_n for `guide()`. */
export interface GuidancePlan {
  /** p_0 … p_n. */
  readonly passes: readonly GuidancePass[];
  /** s_1 … s_n. */
  readonly scales: readonly number[];
}

/** The predictions that settings ask for. */
export function guidancePlan(
  { guidance, instructGuidance, imageGuidance = 1 }: ChainScales & { readonly guidance: number },
): GuidancePlan {
  return instructGuidance === undefined
    ? { passes: [UNCOND, FULL], scales: [guidance] }
    : { passes: CHAIN, scales: [imageGuidance, guidance, instructGuidance] };
}
