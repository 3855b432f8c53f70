"""Draws with diffusers' own pipeline from the tiny models of sd_tiny/ and writes sd_tiny/expected.png.
Made with diffusers 0.42.1, transformers 5.23.0, torch 2.13.0: python draw_with_diffusers.py

sd_tiny/ holds random weights in diffusers' layout; noise.f32 is the initial noise of seed 7, picture 0, as this project draws it.
"""

import json
import os

import numpy as np
import torch
from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.models.embeddings import IPAdapterPlusImageProjection, MultiIPAdapterImageProjection
from PIL import Image
from safetensors.torch import load_file
from transformers import CLIPImageProcessor, CLIPTextConfig, CLIPTextModel, CLIPTokenizer
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sd_tiny")


def config(part):
    with open(f"{folder}/{part}/config.json") as file:
        return json.load(file)


unet = UNet2DConditionModel(**config("unet"))
unet.load_state_dict(load_file(f"{folder}/unet/diffusion_pytorch_model.safetensors"))
vae = AutoencoderKL(down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2, **config("vae"))
vae.load_state_dict(load_file(f"{folder}/vae/diffusion_pytorch_model.safetensors"))
text = CLIPTextModel(CLIPTextConfig(**config("text_encoder")))
state = load_file(f"{folder}/text_encoder/model.safetensors")
text.load_state_dict({key.removeprefix("text_model."): value for key, value in state.items()})
vision = CLIPVisionModelWithProjection(CLIPVisionConfig(**config("image_encoder")))
vision.load_state_dict(load_file(f"{folder}/image_encoder/model.safetensors"), strict=False)
with open(f"{folder}/tokenizer/vocab.json") as vocab, open(f"{folder}/tokenizer/merges.txt") as merges:
    pairs = [tuple(line.split()) for line in merges.read().split("\n")[1:] if line]
    tokenizer = CLIPTokenizer(vocab=json.load(vocab), merges=pairs, model_max_length=16)

# diffusers' loader takes four layers of factor 4 for granted, so the projection is built here.
adapter = load_file(f"{folder}/ip-adapter-plus_sd15.safetensors")
own = {key.removeprefix("image_proj."): value for key, value in adapter.items() if key.startswith("image_proj.")}
layers = {key.removeprefix("ip_adapter."): value for key, value in adapter.items() if key.startswith("ip_adapter.")}
projection = IPAdapterPlusImageProjection(
    embed_dims=10, output_dims=12, hidden_dims=8, depth=1, dim_head=64, heads=1, num_queries=3, ffn_ratio=2
)
renames = {"0.norm1": "ln0", "0.norm2": "ln1", "0.to_q": "attn.to_q", "0.to_out": "attn.to_out.0", "1.0": "ff.0",
           "1.1": "ff.1.net.0.proj", "1.3": "ff.1.net.2"}
converted = {}
for key, value in own.items():
    if key == "layers.0.0.to_kv.weight":
        converted["layers.0.attn.to_k.weight"], converted["layers.0.attn.to_v.weight"] = value.chunk(2)
        continue
    for old, new in renames.items():
        if key.startswith(f"layers.0.{old}."):
            key = key.replace(f"layers.0.{old}.", f"layers.0.{new}.")
            break
    converted[key] = value
projection.load_state_dict(converted)
processors = unet._convert_ip_adapter_attn_to_diffusers(
    [{"image_proj": own, "ip_adapter": layers}], low_cpu_mem_usage=False
)
unet.set_attn_processor(processors)
unet.encoder_hid_proj = MultiIPAdapterImageProjection([projection])
unet.register_to_config(encoder_hid_dim_type="ip_image_proj")

pipeline = StableDiffusionPipeline(
    vae=vae,
    text_encoder=text,
    tokenizer=tokenizer,
    unet=unet,
    scheduler=DDIMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False,
        steps_offset=1,
    ),
    safety_checker=None,
    feature_extractor=CLIPImageProcessor(size={"shortest_edge": 16}, crop_size={"height": 16, "width": 16}),
    image_encoder=vision,
    requires_safety_checker=False,
)
pipeline.set_ip_adapter_scale(1.5)
picture = pipeline(
    prompt="a photo of a cat",
    negative_prompt="sea",
    ip_adapter_image=Image.open(f"{folder}/square.png").convert("RGB"),
    num_inference_steps=4,
    guidance_scale=3,
    latents=torch.from_numpy(np.fromfile(f"{folder}/noise.f32", dtype=np.float32).reshape(1, 4, 12, 8)),
    height=24,
    width=16,
    output_type="pil",
).images[0]
picture.save(f"{folder}/expected.png")
