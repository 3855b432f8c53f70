/** What `deno task generate --help` prints. */
import { DEFAULT_SAMPLER, SAMPLER_NAMES, samplersWith } from "../../lib/diffusion/mod.ts";
import { LARGEST_SIDE } from "../../lib/raster/mod.ts";
import { CONTROLNETS } from "../../lib/tasks/controlnets/mod.ts";
import { FAMILIES, SIZE } from "../../lib/tasks/mod.ts";
import { listed } from "../setting/command_line.ts";
import { COMMITTED_LORA } from "./base_additions.ts";
import { type NumberName, NUMBERS, type NumberSetting } from "../pictures/settings.ts";

function range(name: NumberName): string {
  const { low, high, initial }: NumberSetting = NUMBERS[name];
  return `${low} to ${high} (default ${initial})`;
}

/** Which samplers call the denoiser once more than there are steps. */
const EXTRA = samplersWith((each) => each.extraCalls === 1).map((name) => `; ${name} needs one more`).join(
  "",
);

/** The help text. */
export const GENERATE_HELP = `deno task generate --image C.png --instruct "…" --prompt "…" --out DIR
deno task generate --repeat DIR/000.png --out DIR2

Generates pictures from a condition image, an instruction that says what to take from it, and a prompt; mini scale, ${SIZE}x${SIZE} pixels.
  --image FILE        the condition: PNG, JPEG or WebP, sides up to ${LARGEST_SIDE} pixels; transparent parts are put on white
  --fit crop|pad      how a picture of another size is fitted; without it such a picture is refused
  --instruct TEXT     what to take from the image, such as "use the style of this image"
  --prompt TEXT       what the picture is to show (default empty)
  --negative TEXT     what the unguided half is given in place of the empty text
  --adapter-scale N   strength of the image, ${range("adapterScale")}
  --guidance N        guidance scale, ${range("guidance")}
  --steps N           calls of the denoiser, ${range("steps")}${EXTRA}
  --sampler NAME      ${listed(SAMPLER_NAMES)} (default ${DEFAULT_SAMPLER})
  --seed N            ${range("seed")}; picture i depends on seed and i alone
  --count N           pictures, ${range("count")}
  --checkpoint FILE   adapter.safetensors of a trained adapter, or hf:USER/REPO[@REVISION][/FILE] of a shared one (default: the committed
                      joint adapter)
  --no-adapter        the base model alone, by the prompt
  --lora NAME|FILE    a LoRA of the mini base: a drawing family, ${COMMITTED_LORA} as committed, ${
  FAMILIES.filter((family) => family !== COMMITTED_LORA).join(", ")
} once pretrained,
                      or a file in kohya's or peft's names; --lora-scale N, ${range("loraScale")}
  --controlnet NAME   ${
  CONTROLNETS.map(({ name }) => name).join(", ")
}, or the file of a mini ControlNet with its configuration in the header;
                      --control-scale N, ${range("controlScale")}
  --control FILE      what the ControlNet is shown: ${
  CONTROLNETS.map(({ name, shown }) => `${shown} (${name})`).join("; ")
}
  --control-from FILE a picture whose edges the ControlNet is shown
  --repeat FILE       makes one picture again from what its file says of itself; --checkpoint, --lora and
                      --controlnet say where the weights are now
  --json              what was done, as JSON on the standard output
  --out DIR           000.png … and grid.png go here; files of these names are replaced`;
