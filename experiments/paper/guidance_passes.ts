/**
 * What each prediction of a guided step is told. Ordinary guidance, as in the paper, has two; the authors' code has four for IPAdapter-Instruct as released
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
import type { PublishedProjection } from "../../lib/adapter/mod.ts";
import { UserError } from "../../lib/engine/mod.ts";

/** Scales of the four predictions beside the ordinary one. */
export interface ChainScales {
  /** s_instruct; absent: ordinary guidance. */
  readonly instructGuidance?: number;
  /** s_image. */
  readonly imageGuidance?: number;
}

/** A text by what it is there for. */
export type TextRole = "negative" | "prompt" | "empty" | "instruction" | "everything";

/** What one prediction is told. */
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
  readonly passes: readonly GuidancePass[];
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

/** The four predictions are of the released design, which reads a prompt, too. @throws UserError for another adapter. */
export function checkChain(config: PublishedProjection, { instructGuidance }: ChainScales): void {
  if (instructGuidance === undefined || config.class === "ResamplerInstructBigger") return;
  throw new UserError(
    "--instruct-guidance needs IPAdapter-Instruct as released, got another adapter; leave it out",
  );
}
