"""Writes cases with settings that data/golden has not: other widths, depths, heads, sides, orders and activations.
Made with diffusers 0.42.1, transformers 5.23.0, torch 2.13.0: python make_other_settings.py"""

import json
import os

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModelWithProjection, CLIPVisionConfig, CLIPVisionModelWithProjection

folder = os.path.dirname(os.path.abspath(__file__))
torch.manual_seed(4711)


def shaken(model):
    """Norms and biases with noise, too, so that every parameter has an effect."""
    with torch.no_grad():
        for parameter in model.parameters():
            inputs = parameter[0].numel() if parameter.dim() > 1 else 1
            parameter.add_(0.15 * torch.randn_like(parameter) / inputs**0.5)
    return model.eval()


def weights(model):
    return {f"weights.{name}": value for name, value in model.state_dict().items() if "position_ids" not in name}


def write(name, what, config, tensors):
    save_file({key: value.detach().clone().contiguous() for key, value in tensors.items()}, f"{folder}/{name}.safetensors")
    fields = {key: value for key, value in dict(config).items() if not key.startswith("_")}
    case = {"case": name, "what": what, "config": fields, "seed": 4711, "tolerance": {"outputs": 1e-5, "grads": 5e-5}}
    with open(f"{folder}/{name}.json", "w") as file:
        json.dump(case, file, indent=1)
        file.write("\n")


unet = shaken(
    UNet2DConditionModel(
        in_channels=5, out_channels=3, block_out_channels=(8, 12), layers_per_block=1, norm_num_groups=2, norm_eps=1e-4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=6, attention_head_dim=(2, 3), use_linear_projection=True, flip_sin_to_cos=False, freq_shift=1,
    )
)
sample, text = torch.randn(3, 5, 9, 7, requires_grad=True), torch.randn(3, 4, 6, requires_grad=True)
timestep, direction = torch.tensor([0, 417, 998]), torch.randn(3, 3, 9, 7)
predicted = unet(sample, timestep, text).sample
(predicted * direction).sum().backward()
write("unet_other", "U-Net: uneven sides, heads by level, linear projections, sines first", unet.config, {
    **weights(unet), "inputs.sample": sample, "inputs.timestep": timestep, "inputs.encoder_hidden_states": text,
    "inputs.grad_output": direction, "outputs.sample": predicted, "grads.inputs.sample": sample.grad,
    "grads.inputs.encoder_hidden_states": text.grad,
})

vae = shaken(
    AutoencoderKL(
        block_out_channels=(6, 12), norm_num_groups=3, layers_per_block=1, latent_channels=3, scaling_factor=0.4,
        down_block_types=["DownEncoderBlock2D"] * 2, up_block_types=["UpDecoderBlock2D"] * 2,
    )
)
pixels, latents = torch.rand(1, 3, 10, 14) * 2 - 1, torch.randn(1, 3, 5, 7)
moments = vae.encode(pixels).latent_dist
noise = torch.randn_like(moments.mean)
write("vae_other", "autoencoder: three latent channels, one halving, another factor", vae.config, {
    **weights(vae), "inputs.pixels": pixels, "inputs.noise": noise, "inputs.latents": latents, "outputs.mean": moments.mean,
    "outputs.logvar": moments.logvar, "outputs.std": moments.std, "outputs.decoded": vae.decode(latents / 0.4).sample,
    "outputs.scaled_sample": (moments.mean + moments.std * noise) * 0.4,
})

tower = {"num_hidden_layers": 2, "layer_norm_eps": 1e-4}
config = {
    **tower, "hidden_size": 24, "intermediate_size": 20, "projection_dim": 7, "num_attention_heads": 3, "vocab_size": 33,
    "max_position_embeddings": 11, "hidden_act": "quick_gelu", "bos_token_id": 31, "eos_token_id": 2, "pad_token_id": 0,
}
words = shaken(CLIPTextModelWithProjection(CLIPTextConfig(**config)))
ids = torch.randint(3, 31, (2, 11))
ids[:, 0], ids[0, 6], ids[1, 10] = 31, 32, 32
said = words(ids, output_hidden_states=True)
write("text_other", "CLIP text: three heads, width 24, another eps", config, {
    **weights(words), "inputs.input_ids": ids, "outputs.text_embeds": said.text_embeds,
    "outputs.last_hidden_state": said.last_hidden_state,
})

config = {
    **tower, "hidden_size": 12, "intermediate_size": 18, "projection_dim": 5, "num_attention_heads": 2, "image_size": 21,
    "patch_size": 7, "hidden_act": "gelu", "num_channels": 3,
}
eye = shaken(CLIPVisionModelWithProjection(CLIPVisionConfig(**config)))
pictures = torch.randn(3, 3, 21, 21)
seen = eye(pictures, output_hidden_states=True)
write("vision_other", "CLIP vision: patches of 7, two heads, another eps", config, {
    **weights(eye), "inputs.pixel_values": pictures, "outputs.image_embeds": seen.image_embeds,
    "outputs.penultimate": seen.hidden_states[-2], "outputs.last_hidden_state": seen.last_hidden_state,
})
