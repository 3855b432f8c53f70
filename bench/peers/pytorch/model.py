"""The adapter training step's models in PyTorch, in NCHW, under the reference's state-dict names.

Blocks follow diffusers (U-Net), transformers (CLIP text tower) and IP-Adapter (resampler), with PyTorch's own fused operators
wherever there is one. Sizes come from the same configuration dictionaries that the TypeScript side uses.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def attend(query: Tensor, key: Tensor, value: Tensor, heads: int, causal: bool = False) -> Tensor:
    """Multi-head attention of projected [batch tokens inner] tensors -> [batch tokens inner]."""
    split = lambda x: x.unflatten(-1, (heads, -1)).transpose(1, 2)
    mixed = F.scaled_dot_product_attention(split(query), split(key), split(value), is_causal=causal)
    return mixed.transpose(1, 2).flatten(2)


class KeyValue(nn.Module):
    """An image context's keys and values of one cross-attention layer."""

    def __init__(self, inner: int, width: int):
        super().__init__()
        self.to_k_ip = nn.Linear(width, inner, bias=False)
        self.to_v_ip = nn.Linear(width, inner, bias=False)


class Attention(nn.Module):
    """Attention to `context`, and to image tokens with the same query (IP-Adapter's decoupled cross-attention)."""

    def __init__(self, dim: int, context: int, heads: int):
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(dim, dim, bias=False)
        self.to_k = nn.Linear(context, dim, bias=False)
        self.to_v = nn.Linear(context, dim, bias=False)
        self.to_out = nn.ModuleList([nn.Linear(dim, dim)])

    def forward(self, x: Tensor, context: Tensor, image: Tensor | None = None, own: KeyValue | None = None) -> Tensor:
        query = self.to_q(x)
        y = attend(query, self.to_k(context), self.to_v(context), self.heads)
        if image is not None and own is not None:
            y = y + attend(query, own.to_k_ip(image), own.to_v_ip(image), self.heads)
        return self.to_out[0](y)


class GEGLU(nn.Module):
    """value * GELU(gate) of one projection."""

    def __init__(self, dim: int, hidden: int):
        super().__init__()
        self.proj = nn.Linear(dim, 2 * hidden)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """Gated feed-forward; entry 1 is the reference's dropout."""

    def __init__(self, dim: int):
        super().__init__()
        self.net = nn.ModuleList([GEGLU(dim, 4 * dim), nn.Identity(), nn.Linear(4 * dim, dim)])

    def forward(self, x: Tensor) -> Tensor:
        return self.net[2](self.net[0](x))


class TransformerBlock(nn.Module):
    def __init__(self, dim: int, context: int, heads: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn1 = Attention(dim, dim, heads)
        self.norm2 = nn.LayerNorm(dim)
        self.attn2 = Attention(dim, context, heads)
        self.norm3 = nn.LayerNorm(dim)
        self.ff = FeedForward(dim)

    def forward(self, x: Tensor, text: Tensor, image: Tensor, own: KeyValue) -> Tensor:
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

    def forward(self, x: Tensor, text: Tensor, image: Tensor, own: KeyValue) -> Tensor:
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
    """diffusers' UNet2DConditionModel of SD 1.5's kind, with image tokens as an argument."""

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

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor, image: Tensor, adapter: nn.ModuleDict) -> Tensor:
        time = F.silu(self.time_embedding(timestep))
        see = lambda transformer, x: transformer(x, text, image, adapter[transformer.number])
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


class TextLayer(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        hidden, inner, eps = config["hidden_size"], config["intermediate_size"], config["layer_norm_eps"]
        self.heads = config["num_attention_heads"]
        self.self_attn = nn.ModuleDict({f"{role}_proj": nn.Linear(hidden, hidden) for role in ("k", "v", "q", "out")})
        self.layer_norm1 = nn.LayerNorm(hidden, eps=eps)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(hidden, inner), "fc2": nn.Linear(inner, hidden)})
        self.layer_norm2 = nn.LayerNorm(hidden, eps=eps)

    def forward(self, x: Tensor) -> Tensor:
        h, own = self.layer_norm1(x), self.self_attn
        h = attend(own["q_proj"](h), own["k_proj"](h), own["v_proj"](h), self.heads, causal=True)
        x = x + own["out_proj"](h)
        h = self.mlp["fc1"](self.layer_norm2(x))
        return x + self.mlp["fc2"](h * torch.sigmoid(1.702 * h))


class TextTower(nn.Module):
    """CLIP's text tower up to the last hidden state; the projection is loaded, not used."""

    def __init__(self, config: dict):
        super().__init__()
        hidden = config["hidden_size"]
        self.text_model = nn.ModuleDict({
            "embeddings": nn.ModuleDict({
                "token_embedding": nn.Embedding(config["vocab_size"], hidden),
                "position_embedding": nn.Embedding(config["max_position_embeddings"], hidden),
            }),
            "encoder": nn.ModuleDict({
                "layers": nn.ModuleList(TextLayer(config) for _ in range(config["num_hidden_layers"])),
            }),
            "final_layer_norm": nn.LayerNorm(hidden, eps=config["layer_norm_eps"]),
        })
        self.text_projection = nn.Linear(hidden, config["projection_dim"], bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        tables = self.text_model["embeddings"]
        x = tables["token_embedding"](ids) + tables["position_embedding"].weight[: ids.shape[1]]
        for layer in self.text_model["encoder"]["layers"]:
            x = layer(x)
        return self.text_model["final_layer_norm"](x)


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


class AdaptedModel(nn.Module):
    """Frozen U-Net and text encoder; trained projection and image keys and values."""

    def __init__(self, unet: dict, text: dict, projection: dict):
        super().__init__()
        self.unet = UNet(unet).requires_grad_(False)
        self.text_encoder = TextTower(text).requires_grad_(False)
        self.image_proj = InstructResampler(projection)
        self.ip_adapter = nn.ModuleDict({
            str(2 * i + 1): KeyValue(inner, projection["output_dim"])
            for i, inner in enumerate(self.unet.cross_widths)
        })

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        """The predicted noise, like batch["sample"]."""
        text = self.text_encoder(batch["ids"])
        image = self.image_proj(batch["image"], batch["instruction"])
        return self.unet(batch["sample"], batch["timestep"], text, image, self.ip_adapter)
