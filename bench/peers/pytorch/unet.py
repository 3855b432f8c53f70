"""The denoiser in PyTorch, in NCHW: diffusers' UNet2DConditionModel of SD 1.5's kind, under its state-dict names.

Sizes come from the same configuration dictionaries that the TypeScript side uses.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention import Attention, FeedForward, KeyValue


class TransformerBlock(nn.Module):
    def __init__(self, dim: int, context: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn1 = Attention(dim, dim, heads)
        self.norm2 = nn.LayerNorm(dim)
        self.attn2 = Attention(dim, context, heads)
        self.norm3 = nn.LayerNorm(dim)
        self.ff = FeedForward(dim)

    def forward(self, x: Tensor, text: Tensor, image: Tensor | None, own: KeyValue | None) -> Tensor:
        h = self.norm1(x)
        x = x + self.attn1(h, h)
        x = x + self.attn2(self.norm2(x), text, image, own)
        return x + self.ff(self.norm3(x))


class Transformer2D(nn.Module):
    def __init__(self, channels: int, context: int, heads: int, groups: int):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList([TransformerBlock(channels, context, heads)])
        self.proj_out = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor, text: Tensor, image: Tensor | None, own: KeyValue | None) -> Tensor:
        tokens = self.proj_in(self.norm(x)).flatten(2).transpose(1, 2)
        tokens = self.transformer_blocks[0](tokens, text, image, own)
        return x + self.proj_out(tokens.transpose(1, 2).unflatten(2, x.shape[2:]))


class ResnetBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, time: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.time_emb_proj = nn.Linear(time, outputs)
        self.norm2 = nn.GroupNorm(groups, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor, activated_time: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x))) + self.time_emb_proj(activated_time)[:, :, None, None]
        return self.conv_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Resample(nn.Module):
    def __init__(self, channels: int, stride: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=stride, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Stage(nn.Module):
    """A block of the U-Net: residual blocks, a transformer after each (the middle block: one), perhaps a resampling."""

    def __init__(self, config: dict, inputs: list[int], channels: int, transformers: int, resample: str | None = None):
        super().__init__()
        groups, context = config["norm_num_groups"], config["cross_attention_dim"]
        heads, time = config["attention_head_dim"], 4 * config["block_out_channels"][0]
        if transformers:
            self.attentions = nn.ModuleList(
                Transformer2D(channels, context, heads, groups) for _ in range(transformers)
            )
        self.resnets = nn.ModuleList(ResnetBlock(width, channels, time, groups) for width in inputs)
        if resample == "down":
            self.downsamplers = nn.ModuleList([Resample(channels, stride=2)])
        if resample == "up":
            self.upsamplers = nn.ModuleList([Resample(channels, stride=1)])


class TimestepEmbedding(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        half = width // 2
        rates = torch.exp(-math.log(10000) * torch.arange(half, dtype=torch.float64) / half)
        self.register_buffer("rates", rates.float(), persistent=False)
        self.linear_1 = nn.Linear(width, 4 * width)
        self.linear_2 = nn.Linear(4 * width, 4 * width)

    def forward(self, timestep: Tensor) -> Tensor:
        angles = timestep[:, None] * self.rates
        features = torch.cat([angles.cos(), angles.sin()], dim=1)
        return self.linear_2(F.silu(self.linear_1(features)))


class UNet(nn.Module):
    """Predicts the noise; image tokens and their keys and values per layer are arguments, None for the base alone."""

    def __init__(self, config: dict):
        super().__init__()
        widths, layers = config["block_out_channels"], config["layers_per_block"]
        last = len(widths) - 1
        self.conv_in = nn.Conv2d(config["in_channels"], widths[0], 3, padding=1)
        self.time_embedding = TimestepEmbedding(widths[0])
        self.down_blocks = nn.ModuleList()
        for i, (kind, width) in enumerate(zip(config["down_block_types"], widths)):
            inputs = [widths[max(i - 1, 0)]] + [width] * (layers - 1)
            transformers = layers if kind == "CrossAttnDownBlock2D" else 0
            self.down_blocks.append(Stage(config, inputs, width, transformers, "down" if i < last else None))
        self.up_blocks = nn.ModuleList()
        for i, kind in enumerate(config["up_block_types"]):
            level = last - i
            running = [widths[min(level + 1, last)]] + [widths[level]] * layers
            skips = [widths[level]] * layers + [widths[max(level - 1, 0)]]
            transformers = layers + 1 if kind == "CrossAttnUpBlock2D" else 0
            inputs = [a + b for a, b in zip(running, skips)]
            self.up_blocks.append(Stage(config, inputs, widths[level], transformers, "up" if i < last else None))
        self.mid_block = Stage(config, [widths[-1], widths[-1]], widths[-1], 1)
        self.conv_norm_out = nn.GroupNorm(config["norm_num_groups"], widths[0])
        self.conv_out = nn.Conv2d(widths[0], config["out_channels"], 3, padding=1)
        # IP-Adapter's numbers: 1, 3, 5, ... over the cross-attentions of the down blocks, the up blocks, the middle block.
        stages = [*self.down_blocks, *self.up_blocks, self.mid_block]
        self.cross_widths = []
        for stage in stages:
            for transformer in getattr(stage, "attentions", []):
                transformer.number = str(2 * len(self.cross_widths) + 1)
                self.cross_widths.append(stage.resnets[0].conv1.out_channels)

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor,
        text: Tensor,
        image: Tensor | None = None,
        adapter: nn.ModuleDict | None = None,
    ) -> Tensor:
        time = F.silu(self.time_embedding(timestep))
        see = lambda transformer, x: transformer(x, text, image, adapter[transformer.number] if adapter else None)
        x = self.conv_in(sample)
        skips = [x]
        for stage in self.down_blocks:
            transformers = getattr(stage, "attentions", None)
            for i, resnet in enumerate(stage.resnets):
                x = resnet(x, time)
                if transformers is not None:
                    x = see(transformers[i], x)
                skips.append(x)
            if hasattr(stage, "downsamplers"):
                x = stage.downsamplers[0](x)
                skips.append(x)
        x = self.mid_block.resnets[0](x, time)
        x = see(self.mid_block.attentions[0], x)
        x = self.mid_block.resnets[1](x, time)
        for stage in self.up_blocks:
            transformers = getattr(stage, "attentions", None)
            for i, resnet in enumerate(stage.resnets):
                x = resnet(torch.cat([x, skips.pop()], dim=1), time)
                if transformers is not None:
                    x = see(transformers[i], x)
            if hasattr(stage, "upsamplers"):
                x = stage.upsamplers[0](F.interpolate(x, scale_factor=2, mode="nearest"))
        return self.conv_out(F.silu(self.conv_norm_out(x)))


class ImageKeysAndValues(nn.ModuleDict):
    """IP-Adapter's keys and values for image tokens of `width`, by the number of the cross-attention."""

    def __init__(self, unet: UNet, width: int):
        numbered = enumerate(unet.cross_widths)
        super().__init__({str(2 * i + 1): KeyValue(inner, width) for i, inner in numbered})
