/** What `--scale paper --help` prints. */
import { CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";

/** The help text. */
export const PAPER_HELP =
  `deno task generate --scale paper --image FILE --prompt TEXT [--instruct TEXT] --out DIR [--models DIR]
deno task generate --scale paper --repeat DIR/000.png --out DIR2 [--models DIR]

Generates pictures with Stable Diffusion 1.5 and IPAdapter-Instruct as released; without --instruct, with IPAdapter+.
  --models DIR        a local folder in the diffusers layout; else the hub's cache (deno task models lists and fetches the files);
                      its scheduler/scheduler_config.json says the noise schedule, if it is there
  --checkpoint FILE   another adapter, .safetensors or .bin, or hf:USER/REPO[@REVISION][/FILE] on the hub: IP-Adapter,
                      IPAdapter+, IPAdapter-Instruct as released, or as in the paper (its instructions are read by
                      instruction_encoder/, CLIP ViT-H/14's text tower)
  --size WxH          512x512; sides divisible by 8
  --fit crop|pad      how an image that is not square is fitted to the encoder, and --control to the size
  --lora FILE         a LoRA in kohya's or peft's names; --lora-scale N
  --controlnet NAME   ${
    CONTROLNETS.map(({ name }) => name).join(", ")
  }, or a file; --control FILE is what it is shown; --control-scale N
  --instruct-guidance N   the authors' guidance in place of the ordinary one, for IPAdapter-Instruct as released: four predictions a
                      step, scaled by --image-guidance (default 1), --guidance and N; they take 1, 6 and 6, for style, colour, face
                      and everything the ordinary one. Equal scales are ordinary guidance; a step takes twice as long
  --repeat FILE       makes one picture again from what its file says of itself; --models, --checkpoint, --lora and
                      --controlnet say where the weights are now
  --negative, --adapter-scale, --guidance, --steps, --sampler, --seed, --count, --json   as at the mini scale
  --out DIR           000.png … and grid.png go here; files of these names are replaced
`;
