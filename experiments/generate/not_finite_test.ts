/** A part whose output is not finite ends a generation with one sentence that names it, and leaves no picture, at both scales. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NotFiniteError, readSafetensors, writeSafetensors } from "../../lib/engine/mod.ts";
import { encodePng } from "../../lib/raster/mod.ts";
import { checkpointPath, CHECKPOINTS } from "../mini/checkpoints.ts";
import { MINI_PICTURES } from "../mini/picture_scale.ts";
import { PAPER_PICTURES } from "../paper/picture_scale.ts";
import { inTinyFolder } from "../paper/testdata/tiny_folder.ts";
import { runGenerate } from "./command.ts";

const SILENT = { out: () => {}, err: () => {}, terminal: false };
const picture = (side: number) =>
  encodePng({ width: side, height: side, pixels: new Uint8Array(3 * side * side).fill(90) });

/** A safetensors file with one number of a tensor replaced. */
function poisoned(bytes: Uint8Array, tensor: RegExp, value: number): { bytes: Uint8Array; name: string } {
  const { tensors, metadata } = readSafetensors(bytes);
  const name = Object.keys(tensors).find((each) => tensor.test(each));
  assert.ok(name, String(tensor));
  const data = Float32Array.from(tensors[name]!.data);
  data[0] = value;
  return { bytes: writeSafetensors({ ...tensors, [name]: { ...tensors[name]!, data } }, metadata), name };
}

async function fails(run: () => Promise<unknown>, part: string, name: string): Promise<void> {
  await assert.rejects(run, (error) => {
    assert.ok(error instanceof NotFiniteError, error instanceof Error ? error.stack ?? "" : String(error));
    assert.ok(error.message.includes(part) && error.message.includes(`${name}" holds`), error.message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

Deno.test("runGenerate() at the paper's scale names the part whose output is not finite, and leaves no picture", () =>
  inTinyFolder(async (folder) => {
    writeFileSync(join(folder, "image.png"), picture(20));
    writeFileSync(join(folder, "control.png"), picture(16));
    const args = [
      ...[
        "--models",
        folder,
        "--image",
        join(folder, "image.png"),
        "--instruct",
        "the sea",
        "--prompt",
        "a cat",
      ],
      ...["--size", "16x16", "--steps", "2", "--count", "1", "--lora", join(folder, "lora.safetensors")],
      ...["--controlnet", "scribble", "--control", join(folder, "control.png")],
    ];
    const own = ["--checkpoint", join(folder, "own-instruct.safetensors")];
    const cases: [part: string, file: string, tensor: RegExp, value: number, more?: string[]][] = [
      ["the U-Net", "unet/diffusion_pytorch_model.safetensors", /^conv_in\.weight$/, Infinity],
      ["the autoencoder", "vae/diffusion_pytorch_model.safetensors", /^decoder\.conv_out\.weight$/, NaN],
      ["the prompt encoder", "text_encoder/model.safetensors", /layers\.0\.mlp\.fc1\.weight$/, NaN],
      ["the image encoder", "image_encoder/model.safetensors", /patch_embedding\.weight$/, -Infinity],
      ["the adapter", "ip-adapter-instruct-sd15.safetensors", /^image_proj\.proj_in\.weight$/, NaN],
      ["the adapter", "ip-adapter-instruct-sd15.safetensors", /^ip_adapter\.1\.to_k_ip\.weight$/, NaN],
      [
        "the instruction encoder",
        "instruction_encoder/model.safetensors",
        /layers\.0\.mlp\.fc1\.weight$/,
        NaN,
        own,
      ],
      ["the ControlNet", "controlnet_scribble/diffusion_pytorch_model.safetensors", /conv_in\.weight$/, NaN],
      ["LoRA", "lora.safetensors", /lora_up\.weight$/, Infinity],
    ];
    for (const [part, file, tensor, value, more = []] of cases) {
      const path = join(folder, file), before = readFileSync(path);
      const { bytes, name } = poisoned(before, tensor, value);
      writeFileSync(path, bytes);
      const out = join(folder, "out");
      await fails(() => runGenerate(PAPER_PICTURES, [...args, ...more, "--out", out], SILENT), part, name);
      assert.ok(
        !existsSync(out) || readdirSync(out).length === 0,
        `${part} left ${existsSync(out) && readdirSync(out)}`,
      );
      writeFileSync(path, before);
    }
  }));

Deno.test("runGenerate() at the mini scale names the part whose output is not finite, and leaves no picture", async () => {
  const folder = mkdtempSync(join(tmpdir(), "not-finite-"));
  try {
    writeFileSync(join(folder, "image.png"), picture(64));
    const args = [
      ...[
        "--image",
        join(folder, "image.png"),
        "--instruct",
        "use the style of this image",
        "--prompt",
        "a cat",
      ],
      ...["--steps", "2", "--count", "1"],
    ];
    const cases: [part: string, option: string, file: URL, tensor: RegExp][] = [
      [
        "the adapter",
        "--checkpoint",
        new URL("ip-adapter-instruct.safetensors", CHECKPOINTS),
        /^image_proj\.proj_in\.weight$/,
      ],
      [
        "the adapter",
        "--checkpoint",
        new URL("ip-adapter-instruct.safetensors", CHECKPOINTS),
        /to_v_ip\.weight$/,
      ],
      ["the ControlNet", "--controlnet", checkpointPath("controlnet-scribble"), /^conv_in\.weight$/],
      ["LoRA", "--lora", checkpointPath("lora-comic"), /lora_up\.weight$/],
    ];
    for (const [part, option, file, tensor] of cases) {
      const path = join(folder, "part.safetensors"), out = join(folder, "out");
      const { bytes, name } = poisoned(readFileSync(file), tensor, NaN);
      writeFileSync(path, bytes);
      const control = option === "--controlnet" ? ["--control", join(folder, "image.png")] : [];
      await fails(
        () => runGenerate(MINI_PICTURES, [...args, option, path, ...control, "--out", out], SILENT),
        part,
        name,
      );
      assert.ok(!existsSync(out) || readdirSync(out).length === 0);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
