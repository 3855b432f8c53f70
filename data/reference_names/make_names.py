"""Writes names and shapes of the full-size models, as the reference implementations build them on the meta device (no weights).
Made with diffusers 0.42.1, transformers 5.23.0 and torch 2.13.0: python make_names.py

One line a tensor, in state-dict order: the name, a tab, the sides. transformers 5 drops the prefix `text_model.` from CLIPTextModel; it is
added here, as in SD 1.5's published file.
"""

import os

import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

here = os.path.dirname(os.path.abspath(__file__))
sd15 = dict(cross_attention_dim=768, attention_head_dim=8)
text_h = dict(hidden_size=1024, intermediate_size=4096, num_hidden_layers=24, num_attention_heads=16, projection_dim=1024,
              hidden_act="gelu")
vision_h = dict(hidden_size=1280, intermediate_size=5120, num_hidden_layers=32, num_attention_heads=16, patch_size=14,
                image_size=224, projection_dim=1024, hidden_act="gelu")
vae = dict(block_out_channels=[128, 256, 512, 512], layers_per_block=2, latent_channels=4,
           down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4)
with torch.device("meta"):
    models = {
        "sd15_unet": UNet2DConditionModel(sample_size=64, **sd15),
        "sd15_vae": AutoencoderKL(**vae),
        "sd15_controlnet": ControlNetModel(**sd15),
        "vit_l_text": CLIPTextModel(CLIPTextConfig(hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12)),
        "vit_h_text": CLIPTextModelWithProjection(CLIPTextConfig(**text_h)),
        "vit_h_vision": CLIPVisionModelWithProjection(CLIPVisionConfig(**vision_h)),
    }
for name, model in models.items():
    state = model.state_dict()
    whole = not any(key.startswith(("embeddings.", "encoder.layers")) for key in state)
    lines = [f"{key if whole else f'text_model.{key}'}\t{' '.join(map(str, value.shape))}\n" for key, value in state.items()]
    with open(os.path.join(here, f"{name}.tsv"), "w") as file:
        file.writelines(lines)
    print(name, len(state), sum(p.numel() for p in model.parameters()))
