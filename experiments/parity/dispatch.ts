/** Which runner computes a case, known from the form of its configuration alone. */
import { isJsonObject } from "../../lib/engine/mod.ts";
import type { CaseRunner } from "./case_runner.ts";
import { textCase, visionCase } from "./clip_case.ts";
import { controlnetCase } from "./controlnet_case.ts";
import { imageProcessorCase } from "./image_processor_case.ts";
import { loraCase } from "./lora_case.ts";
import { metricsCase } from "./metrics_case.ts";
import { muonCase } from "./muon_case.ts";
import { optimizerCase } from "./optimizer_case.ts";
import { resamplerCase } from "./resampler_case.ts";
import { schedulerCase } from "./scheduler_case.ts";
import { unetAdapterCase, unetCase } from "./unet_case.ts";
import { vaeCase } from "./vae_case.ts";

interface Rule {
  /** Configuration fields that tell this kind of case from the others. */
  readonly fields: readonly string[];
  readonly run: CaseRunner;
}

const RESAMPLERS = ["Resampler", "ResamplerInstruct", "ResamplerInstructBigger"];

/** In order: the first rule whose fields are all there. */
const RULES: readonly Rule[] = [
  { fields: ["unet", "ip_adapter"], run: unetAdapterCase },
  { fields: ["unet", "controlnet"], run: controlnetCase },
  { fields: ["unet", "lora"], run: loraCase },
  { fields: ["down_block_types", "cross_attention_dim"], run: unetCase },
  { fields: ["block_out_channels", "latent_channels"], run: vaeCase },
  { fields: ["vocab_size", "num_hidden_layers"], run: textCase },
  { fields: ["patch_size", "num_hidden_layers"], run: visionCase },
  { fields: ["ddim", "pndm", "euler", "ddpm"], run: schedulerCase },
  { fields: ["optimizer", "lr"], run: optimizerCase },
  { fields: ["muon", "steps"], run: muonCase },
  { fields: ["processor"], run: imageProcessorCase },
  { fields: ["clip_score_w", "perplexity"], run: metricsCase },
];

/** The runner for a configuration, or nothing where no such model is built. */
export function runnerOf(config: Readonly<Record<string, unknown>>): CaseRunner | undefined {
  if (RESAMPLERS.includes(String(config.class))) return resamplerCase;
  return RULES.find(({ fields }) => fields.every((field) => isJsonObject(config) && field in config))?.run;
}
