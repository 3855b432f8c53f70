"""The projections of IPAdapter+ and IPAdapter-Instruct in PyTorch, under IP-Adapter's state-dict names."""

import torch
from torch import Tensor, nn

from attention import attend


class PerceiverAttention(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        dim, inner = config["dim"], config["heads"] * config["dim_head"]
        self.heads = config["heads"]
        self.norm1 = nn.LayerNorm(dim)
        self.norm2 = nn.LayerNorm(dim)
        self.to_q = nn.Linear(dim, inner, bias=False)
        self.to_kv = nn.Linear(dim, 2 * inner, bias=False)
        self.to_out = nn.Linear(inner, dim, bias=False)

    def forward(self, context: Tensor, latents: Tensor) -> Tensor:
        latents = self.norm2(latents)
        key, value = self.to_kv(torch.cat([self.norm1(context), latents], dim=1)).chunk(2, dim=-1)
        return self.to_out(attend(self.to_q(latents), key, value, self.heads))


def perceiver_layer(config: dict, factor: int) -> nn.ModuleList:
    """Attention and feed-forward of one layer; the caller adds the residuals."""
    dim = config["dim"]
    feed_forward = nn.Sequential(
        nn.LayerNorm(dim),
        nn.Linear(dim, factor * dim, bias=False),
        nn.GELU(),
        nn.Linear(factor * dim, dim, bias=False),
    )
    return nn.ModuleList([PerceiverAttention(config), feed_forward])


class Resampler(nn.Module):
    """IPAdapter+'s projection transformer: every layer attends to the image."""

    def __init__(self, config: dict):
        super().__init__()
        dim, depth = config["dim"], config["depth"]
        self.latents = nn.Parameter(torch.zeros(1, config["num_queries"], dim))
        self.proj_in = nn.Linear(config["embedding_dim"], dim)
        self.proj_out = nn.Linear(dim, config["output_dim"])
        self.norm_out = nn.LayerNorm(config["output_dim"])
        self.layers = nn.ModuleList(perceiver_layer(config, config["ff_mult"]) for _ in range(depth))

    def forward(self, image: Tensor) -> Tensor:
        context = self.proj_in(image)
        latents = self.latents.expand(image.shape[0], -1, -1)
        for attention, feed_forward in self.layers:
            latents = latents + attention(context, latents)
            latents = latents + feed_forward(latents)
        return self.norm_out(self.proj_out(latents))


class InstructResampler(nn.Module):
    """The paper's projection transformer: every layer attends to the image, then to the instruction."""

    def __init__(self, config: dict):
        super().__init__()
        dim, depth = config["dim"], config["depth"]
        self.latents = nn.Parameter(torch.zeros(1, config["num_queries"], dim))
        self.proj_in = nn.Linear(config["embedding_dim_image_embeds"], dim)
        self.proj_out = nn.Linear(dim, config["output_dim"])
        self.norm_out = nn.LayerNorm(config["output_dim"])
        self.layers = nn.ModuleList(perceiver_layer(config, config["ff_mult"]) for _ in range(depth))
        self.proj_new_input = nn.Linear(config["embedding_dim_instruct_embeds"], dim)
        self.new_input_layers = nn.ModuleList(perceiver_layer(config, 2) for _ in range(depth))

    def forward(self, image: Tensor, instruction: Tensor) -> Tensor:
        contexts = (self.proj_in(image), self.proj_new_input(instruction))
        latents = self.latents.expand(image.shape[0], -1, -1)
        for layers in zip(self.layers, self.new_input_layers):
            for context, (attention, feed_forward) in zip(contexts, layers):
                latents = latents + attention(context, latents)
                latents = latents + feed_forward(latents)
        return self.norm_out(self.proj_out(latents))
