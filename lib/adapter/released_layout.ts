/**
 * Adapters as the scripts of unity-research/IP-Adapter-Instruct read them. These build `ResamplerInstructBigger` in the sizes below whatever the
 * file says, give it the states of SD's text encoder, and load without strictness: a file that does not fit would leave parts at random.
 *
 * The paper's design goes into the released one exactly: what that has more, a branch on the user's prompt, adds nothing where its last
 * projections are zero.
 *
 *     l ← l + Attention(prompt, l) = l + to_out(…) = l;    l ← l + FF(l) = l + W₃(…) = l       with to_out = 0, W₃ = 0
 */
import { host, type HostParams, scope, sizeOf, UserError } from "../engine/mod.ts";
import type { UnetConfig } from "../diffusion/mod.ts";
import { adapterParams, type AdapterTarget, type PublishedProjection } from "./checkpoint.ts";
import {
  type AnyInstructConfig,
  instructResamplerShapes,
  type ReleasedInstructResamplerConfig,
} from "./instruct_resampler.ts";

/** Sizes that the scripts build, for SD 1.5. */
const BUILT = {
  dim: 768,
  depth: 4,
  dim_head: 64,
  heads: 12,
  embedding_dim_instruct_embeds: 768,
  output_dim: 768,
  ff_mult: 4,
} as const satisfies Partial<AnyInstructConfig>;

/** FF factor of the text branches, in both designs. */
const SECONDARY = 2;

/** What the scripts say of a size, for people. */
const SIZES: Readonly<Record<keyof typeof BUILT, string>> = {
  dim: "a transformer 768 wide",
  depth: "4 layers",
  dim_head: "heads 64 wide",
  heads: "12 heads",
  embedding_dim_instruct_embeds: "an instruction as the states of SD's text encoder, 768 wide",
  output_dim: "image tokens 768 wide, as SD 1.5's text",
  ff_mult: "an FF factor of 4",
};

/** An adapter with what it is. */
export interface AdapterParts {
  /** Its projection. */
  readonly projection: PublishedProjection;
  /** The base's U-Net. */
  readonly unet: UnetConfig;
  /** `image_proj.*` and `ip_adapter.*`. */
  readonly params: HostParams;
}

/** The paper's design in the released one: `config` is that of `params` with the prompt's branch, which is there and adds nothing. */
export function withIdlePrompt(params: HostParams, config: ReleasedInstructResamplerConfig): HostParams {
  const own = scope(params, "image_proj");
  const projection = Object.fromEntries(
    Object.entries(instructResamplerShapes(config)).map(([name, shape]) => [
      name,
      own[name] ?? host(new Float32Array(sizeOf(shape)), shape),
    ]),
  );
  return adapterParams({ projection, context: scope(params, "ip_adapter") });
}

/**
 * The adapter under the names and in the design that the authors' scripts load; the same tokens for the same inputs.
 *
 * @returns the target that the parameters fit, and the parameters.
 * @throws UserError in one sentence when the scripts would build another model than this adapter.
 */
export function releasedLayout(
  { projection, unet, params }: AdapterParts,
): { target: AdapterTarget; params: HostParams } {
  const fail = (expected: string, got: string): never => {
    throw new UserError(
      `Writing the released layout failed: the authors' scripts expect ${expected}, got ${got}`,
    );
  };
  if (projection.class !== "ResamplerInstruct" && projection.class !== "ResamplerInstructBigger") {
    return fail(
      "an IPAdapter-Instruct",
      `a projection of the class ${projection.class}, without instruction`,
    );
  }
  for (const name of Object.keys(BUILT) as (keyof typeof BUILT)[]) {
    if (projection[name] !== BUILT[name]) fail(SIZES[name], String(projection[name]));
  }
  if (projection.class === "ResamplerInstructBigger") {
    const { ff_mult_secondary: got } = projection;
    if (got !== SECONDARY) fail(`an FF factor of ${SECONDARY} in the text branches`, String(got));
    return { target: { projection, unet }, params };
  }
  const released: ReleasedInstructResamplerConfig = {
    ...projection,
    class: "ResamplerInstructBigger",
    ff_mult_secondary: SECONDARY,
  };
  return { target: { projection: released, unet }, params: withIdlePrompt(params, released) };
}
