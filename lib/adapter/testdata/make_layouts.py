"""Writes the same tiny random weights in the layouts that published files have. Made with torch 2.13.0, diffusers 0.42.1,
transformers 5.23.0, peft 0.21.2 and safetensors 0.8.0: python make_layouts.py

plus.bin             IPAdapter+ as tencent-ailab publishes it: nested dicts
plus_diffusers.safetensors      the same after diffusers has loaded it into a U-Net and saved that
first.bin, first_diffusers.safetensors   the same for the first IP-Adapter; also its tokens for an input
plus_training.bin    the same IPAdapter+ as a training checkpoint of tencent-ailab's train script names it
vae.safetensors, vae_old.safetensors     an autoencoder with today's attention names and with those of SD 1.5's file
clip.safetensors     a whole CLIPModel; clip_text.safetensors and clip_vision.safetensors: its towers as models of their own
lora_peft.safetensors, lora_kohya.safetensors   one LoRA of the U-Net as peft itself and as kohya's scripts save it
"""

import os
import tempfile

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from transformers import CLIPConfig, CLIPModel, CLIPTextConfig, CLIPTextModel, CLIPVisionConfig
from transformers import CLIPVisionModelWithProjection

here = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(1)


def path(name):
    return os.path.join(here, name)


def save(tensors, name):
    save_file({key: value.detach().clone().contiguous() for key, value in tensors.items()}, path(name))


def unet():
    return UNet2DConditionModel(
        block_out_channels=(4, 8),
        layers_per_block=1,
        norm_num_groups=2,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=6,
        attention_head_dim=2,
        sample_size=8,
    )


def resampler(dim, depth, queries, embedding, output, mult):
    shapes = {
        "latents": (1, queries, dim),
        "proj_in.weight": (dim, embedding),
        "proj_in.bias": (dim,),
        "proj_out.weight": (output, dim),
        "proj_out.bias": (output,),
        "norm_out.weight": (output,),
        "norm_out.bias": (output,),
    }
    for layer in range(depth):
        attention, feed = f"layers.{layer}.0.", f"layers.{layer}.1."
        for norm in ("norm1", "norm2"):
            shapes[f"{attention}{norm}.weight"] = shapes[f"{attention}{norm}.bias"] = (dim,)
        shapes[f"{attention}to_q.weight"] = (64, dim)
        shapes[f"{attention}to_kv.weight"] = (128, dim)
        shapes[f"{attention}to_out.weight"] = (dim, 64)
        shapes[f"{feed}0.weight"] = shapes[f"{feed}0.bias"] = (dim,)
        shapes[f"{feed}1.weight"] = (mult * dim, dim)
        shapes[f"{feed}3.weight"] = (dim, mult * dim)
    return {name: torch.randn(shape) for name, shape in shapes.items()}


def layers(width):
    widths = {"1": 4, "3": 4, "5": 4, "7": 8}
    return {f"{k}.to_{r}_ip.weight": torch.randn(w, width) for k, w in widths.items() for r in "kv"}


def with_adapter(state):
    model = unet()
    model._load_ip_adapter_weights([state], low_cpu_mem_usage=False)
    return model


plus = {"image_proj": resampler(4, 4, 3, 5, 6, 4), "ip_adapter": layers(6)}
torch.save(plus, path("plus.bin"))
save(with_adapter(plus).state_dict(), "plus_diffusers.safetensors")
training = {f"image_proj_model.{k}": v for k, v in plus["image_proj"].items()}
training |= {f"adapter_modules.{k}": v for k, v in plus["ip_adapter"].items()}
training |= {f"unet.{k}": v for k, v in list(unet().state_dict().items())[:9]}
torch.save(training, path("plus_training.bin"))

first = {
    "image_proj": {
        "proj.weight": torch.randn(24, 5),
        "proj.bias": torch.randn(24),
        "norm.weight": torch.randn(6),
        "norm.bias": torch.randn(6),
    },
    "ip_adapter": layers(6),
}
torch.save(first, path("first.bin"))
model = with_adapter(first)
embeds = torch.randn(2, 5)
tokens = model.encoder_hid_proj.image_projection_layers[0](embeds)
save(model.state_dict(), "first_diffusers.safetensors")
save({"embeds": embeds, "tokens": tokens}, "first_tokens.safetensors")

vae = AutoencoderKL(block_out_channels=[4, 4], norm_num_groups=2, latent_channels=2, layers_per_block=1,
                    down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2)
save(vae.state_dict(), "vae.safetensors")
renames = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
old = {}
for key, value in vae.state_dict().items():
    for new, name in renames.items():
        key = key.replace(f"attentions.0.{new}.", f"attentions.0.{name}.")
    old[key] = value
save(old, "vae_old.safetensors")
with tempfile.TemporaryDirectory() as folder:
    # diffusers itself takes the old names for the same autoencoder
    vae.save_pretrained(folder)
    save_file({k: v.contiguous() for k, v in old.items()}, f"{folder}/diffusion_pytorch_model.safetensors", {"format": "pt"})
    again = AutoencoderKL.from_pretrained(folder).state_dict()
    assert all(torch.equal(value, again[key]) for key, value in vae.state_dict().items())

text = dict(hidden_size=4, intermediate_size=6, num_hidden_layers=1, num_attention_heads=2, vocab_size=11,
            max_position_embeddings=5, projection_dim=3)
vision = dict(hidden_size=4, intermediate_size=6, num_hidden_layers=2, num_attention_heads=2, image_size=4,
              patch_size=2, projection_dim=3)
clip = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=3))
save(clip.state_dict(), "clip.safetensors")
tower = CLIPTextModel(CLIPTextConfig(**text))
tower.load_state_dict({k if k in tower.state_dict() else k.removeprefix("text_model."): v for k, v in clip.state_dict().items()
                       if k.startswith("text_model.")})
save(tower.state_dict(), "clip_text.safetensors")
tower = CLIPVisionModelWithProjection(CLIPVisionConfig(**vision))
tower.load_state_dict({k: v for k, v in clip.state_dict().items() if k in tower.state_dict()})
positions = {"vision_model.embeddings.position_ids": torch.arange(5)[None]}
save(tower.state_dict() | positions, "clip_vision.safetensors")

peft = get_peft_model(unet(), LoraConfig(r=2, lora_alpha=3, target_modules=["to_q", "to_out.0"], init_lora_weights=False))
state = get_peft_model_state_dict(peft)
save(state, "lora_peft.safetensors")
kohya = {}
for key, value in state.items():
    module, half = key.removeprefix("base_model.model.").rsplit(".lora_", 1)
    name = "lora_unet_" + module.replace(".", "_")
    kohya[f"{name}.lora_{'down' if half.startswith('A') else 'up'}.weight"] = value
    kohya[f"{name}.alpha"] = torch.tensor(3.0)
save(kohya, "lora_kohya.safetensors")

for name in ("plus_diffusers", "first_diffusers", "clip_text", "clip", "lora_peft"):
    keys = list(load_file(path(f"{name}.safetensors")))
    print(name, len(keys), [key for key in keys if "ip" in key or "proj" in key or "lora" in key][:4], keys[:3])
