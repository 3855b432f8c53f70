"""The autoencoder's decoder in PyTorch: diffusers' AutoencoderKL under its state-dict names, without attention in the middle."""

import torch.nn.functional as F
from torch import Tensor, nn

EPS = 1e-6


class ResidualBlock(nn.Module):
    def __init__(self, inputs: int, outputs: int, groups: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, inputs, eps=EPS)
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.norm2 = nn.GroupNorm(groups, outputs, eps=EPS)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.conv_shortcut = nn.Conv2d(inputs, outputs, 1) if inputs != outputs else nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        return self.conv_shortcut(x) + self.conv2(F.silu(self.norm2(h)))


class Upsample(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(F.interpolate(x, scale_factor=2, mode="nearest"))


class Level(nn.Module):
    """Residual blocks, then perhaps a doubling."""

    def __init__(self, inputs: int, outputs: int, count: int, groups: int, double: bool):
        super().__init__()
        widths = [inputs] + [outputs] * count
        self.resnets = nn.ModuleList(ResidualBlock(a, b, groups) for a, b in zip(widths, widths[1:]))
        if double:
            self.upsamplers = nn.ModuleList([Upsample(outputs)])

    def forward(self, x: Tensor) -> Tensor:
        for resnet in self.resnets:
            x = resnet(x)
        return self.upsamplers[0](x) if hasattr(self, "upsamplers") else x


class Decoder(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        if config.get("mid_block_add_attention", True):
            raise ValueError("the decoder has no attention: mid_block_add_attention must be false")
        widths, groups, layers = config["block_out_channels"][::-1], config["norm_num_groups"], config["layers_per_block"]
        self.patch = config.get("patch_size", 1)
        self.conv_in = nn.Conv2d(config["latent_channels"], widths[0], 3, padding=1)
        self.mid_block = Level(widths[0], widths[0], 2, groups, double=False)
        inputs = [widths[0], *widths]
        self.up_blocks = nn.ModuleList(
            Level(inputs[i], width, layers + 1, groups, double=i < len(widths) - 1) for i, width in enumerate(widths)
        )
        self.conv_norm_out = nn.GroupNorm(groups, widths[-1], eps=EPS)
        self.conv_out = nn.Conv2d(widths[-1], config["out_channels"] * self.patch**2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.mid_block(self.conv_in(x))
        for level in self.up_blocks:
            x = level(x)
        return F.pixel_shuffle(self.conv_out(F.silu(self.conv_norm_out(x))), self.patch)


class VaeDecoder(nn.Module):
    """Images [batch 3 f*height f*width] of scaled latents [batch 4 height width]."""

    def __init__(self, config: dict):
        super().__init__()
        self.scaling_factor = config["scaling_factor"]
        quantized = config.get("use_post_quant_conv", True)
        channels = config["latent_channels"]
        self.post_quant_conv = nn.Conv2d(channels, channels, 1) if quantized else nn.Identity()
        self.decoder = Decoder(config)

    def forward(self, latents: Tensor) -> Tensor:
        return self.decoder(self.post_quant_conv(latents / self.scaling_factor))
