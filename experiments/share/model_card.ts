/** The card of a shared adapter: README.md of its repository on the hub, with the header that the hub reads. */
import { duration } from "../../lib/notebook/mod.ts";
import { SHARED_ADAPTER } from "../pictures/hub_address.ts";
import type { DescribedAdapter } from "./described_adapter.ts";
import type { Scores } from "./scores.ts";

/** What a card says besides the adapter's facts. */
export interface CardOptions {
  /** OWNER/NAME. */
  readonly repo: string;
  /** Identifier of the licence, as the hub lists them. */
  readonly licence: string;
  readonly scores?: Scores;
  /** Whether NOTICE.md, the sources of the data, is uploaded beside it. */
  readonly notice: boolean;
  /** Name of the file in the layout of the authors' scripts, where there is one. */
  readonly released?: string;
}

const KINDS = {
  Resampler: "an IPAdapter+ (no instruction)",
  ResamplerInstruct:
    "an IPAdapter-Instruct as in the paper: the projection reads the image, then the instruction, in every layer (Fig. 3)",
  ResamplerInstructBigger:
    "an IPAdapter-Instruct as released: the projection reads image, prompt and instruction in every layer",
} as const;

const SCALE_NOTES = {
  mini:
    "It belongs to the mini scale: 64×64 pictures composed from emoji and portraits. It shows the method; it is no adapter for Stable Diffusion.",
  paper: "It belongs to the paper's scale: Stable Diffusion 1.5 at 512×512.",
} as const;

const table = (rows: readonly (readonly [string, string])[]): string =>
  ["| | |", "| --- | --- |", ...rows.map(([what, value]) => `| ${what} | ${value.replaceAll("|", "\\|")} |`)]
    .join("\n");

function header({ scale, base }: DescribedAdapter, { licence }: CardOptions): string {
  return [
    "---",
    `license: ${licence}`,
    "library_name: ipadapter-instruct",
    "pipeline_tag: image-to-image",
    "tags:",
    "  - ip-adapter",
    "  - ip-adapter-instruct",
    ...(scale === "paper" ? [`base_model: ${base.name}`, "base_model_relation: adapter"] : []),
    "---",
  ].join("\n");
}

function loading({ scale, projection }: DescribedAdapter, { repo, released }: CardOptions): string {
  const instruct = projection.class === "Resampler" ? "" : ' --instruct "use the style"';
  const at = scale === "paper" ? " --scale paper --models DIR" : "";
  const own = [
    "With the project that trained it (ipadapter-instruct, Deno):",
    "",
    "```sh",
    `deno task generate${at} --checkpoint hf:${repo} --image c.png${instruct} --prompt "a house" --out out`,
    "```",
    "",
    `\`${SHARED_ADAPTER}\` is a safetensors file with the names of the published adapters (\`image_proj.*\`, \`ip_adapter.*\`)` +
    (projection.class === "ResamplerInstruct"
      ? "; `image_proj.*` is the state dict of the class `ResamplerInstruct` in the authors' `ip_adapter/resampler_Instruct.py`."
      : "."),
    "Its header says the projection's configuration, the base's hash, the commit and the steps.",
  ];
  return [
    ...own,
    ...(released === undefined ? [] : [
      "",
      `\`${released}\` is the same adapter for the authors' scripts (\`IPAdapterInstruct(pipe, image_encoder, "${released}", device, num_tokens=${
        "num_queries" in projection ? projection.num_queries : 4
      })\`), which build the released design: its branch on the prompt is there and adds nothing.`,
    ]),
  ].join("\n");
}

/** The card as Markdown. */
export function modelCard(adapter: DescribedAdapter, options: CardOptions): string {
  const { projection, base, training, scale, params } = adapter;
  const { repo, scores, notice, licence } = options;
  const numbers = Object.values(params).reduce((sum, { data }) => sum + data.length, 0);
  const size = Object.entries(projection).filter(([name]) => name !== "class").map(([name, value]) =>
    `${name} ${value}`
  );
  const { steps, batch, seed, seconds, finalLoss, commit, recipe, data } = training;
  return `${header(adapter, options)}

# ${repo.split("/").at(-1)}

This is ${KINDS[projection.class]}. ${SCALE_NOTES[scale]}

${
    table([
      ["base", base.name],
      ["SHA-256 of the base's U-Net", `\`${base.sha256}\``],
      ["parameters", numbers.toLocaleString("en")],
      ["projection", `${projection.class}: ${size.join(", ")}`],
    ])
  }

## How to load it

${loading(adapter, options)}

## Training

${
    table([
      ["steps", `${steps} of batch ${batch}`],
      ["seed", String(seed)],
      ...recipe,
      ...(finalLoss === undefined ? [] : [["last mean loss", finalLoss.toPrecision(5)] as const]),
      ...(seconds === undefined ? [] : [["time", duration(seconds)] as const]),
      ["commit of the code", commit === null ? "not recorded" : `\`${commit}\``],
    ])
  }

## Data

${
    scale === "mini"
      ? "Pairs of the five tasks, composed from openly licensed emoji and portraits" +
        (data === undefined ? "." : ` (data set \`${data}\`).`)
      : "Pairs of the tasks above, as Sec. 3.4 of the paper describes them."
  } ${notice ? "Sources and their licences: `NOTICE.md`." : "Its sources are not stated."}

## Scores

${scores?.markdown ?? "None were found for this training."}

## Licence

${licence}. ${
    scale === "mini"
      ? "The drawings that it was trained on belong to their artists."
      : "The base has a licence of its own."
  }
`;
}
