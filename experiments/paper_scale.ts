/** What the paper's scale needs before anything can be computed. */
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Files by repository, as published. */
const FILES: readonly (readonly [repository: string, files: readonly string[]])[] = [
  ["stable-diffusion-v1-5/stable-diffusion-v1-5", [
    "unet/diffusion_pytorch_model.safetensors",
    "vae/diffusion_pytorch_model.safetensors",
    "text_encoder/model.safetensors",
  ]],
  ["h94/IP-Adapter", ["models/ip-adapter-plus_sd15.safetensors", "models/image_encoder/model.safetensors"]],
  ["laion/CLIP-ViT-H-14-laion2B-s32B-b79K", ["model.safetensors"]],
];

/** One sentence: which weights and data sets an experiment needs at the paper's scale, and where they are looked for. */
export function paperScaleNeeds(experiment: string): string {
  const hub = Deno.env.get("HF_HUB_CACHE") ??
    join(Deno.env.get("HF_HOME") ?? join(homedir(), ".cache/huggingface"), "hub");
  const there = (repository: string) => existsSync(join(hub, `models--${repository.replaceAll("/", "--")}`));
  const wanted = FILES.map(([repository, files]) =>
    `${repository} (${files.join(", ")})${there(repository) ? " [found]" : ""}`
  );
  return `Running ${experiment} at paper scale needs real weights and data, expected ${
    wanted.join("; ")
  } in ${hub}, ` +
    "and the five training sets of the paper's Sec. 3.4, which are not published; use --scale mini, which needs neither";
}
