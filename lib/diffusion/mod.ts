/** Latent diffusion: the denoiser, the autoencoder, and what feeds them. */
export {
  activatedTimestep,
  type ImageContext,
  initUnet,
  unet,
  type UnetInputs,
  type UnetResiduals,
  unetShapes,
} from "./unet.ts";
export { type CrossAttentionLayer, crossAttentionLayers, type UnetConfig } from "./unet_config.ts";
export {
  initVae,
  type LatentMoments,
  type VaeConfig,
  vaeDecode,
  vaeDivergence,
  vaeEncode,
  vaeFactor,
  vaeMean,
  vaeSample,
  vaeShapes,
} from "./vae.ts";
