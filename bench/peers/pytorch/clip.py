"""CLIP's two towers in PyTorch, under transformers' state-dict names; the image tower with the mini scale's convolutional stem."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention import attend

ACTIVATIONS = {"gelu": F.gelu, "quick_gelu": lambda x: x * torch.sigmoid(1.702 * x)}


class TowerLayer(nn.Module):
    """Pre-norm attention and feed-forward."""

    def __init__(self, config: dict, causal: bool):
        super().__init__()
        hidden, inner, eps = config["hidden_size"], config["intermediate_size"], config["layer_norm_eps"]
        self.heads, self.causal = config["num_attention_heads"], causal
        self.act = ACTIVATIONS[config["hidden_act"]]
        self.self_attn = nn.ModuleDict({f"{role}_proj": nn.Linear(hidden, hidden) for role in ("k", "v", "q", "out")})
        self.layer_norm1 = nn.LayerNorm(hidden, eps=eps)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(hidden, inner), "fc2": nn.Linear(inner, hidden)})
        self.layer_norm2 = nn.LayerNorm(hidden, eps=eps)

    def forward(self, x: Tensor) -> Tensor:
        h, own = self.layer_norm1(x), self.self_attn
        h = attend(own["q_proj"](h), own["k_proj"](h), own["v_proj"](h), self.heads, causal=self.causal)
        x = x + own["out_proj"](h)
        return x + self.mlp["fc2"](self.act(self.mlp["fc1"](self.layer_norm2(x))))


def tower_layers(config: dict, causal: bool) -> nn.ModuleDict:
    layers = (TowerLayer(config, causal) for _ in range(config["num_hidden_layers"]))
    return nn.ModuleDict({"layers": nn.ModuleList(layers)})


class TextTower(nn.Module):
    """The text tower up to the last hidden state [batch tokens hidden], without projection."""

    def __init__(self, config: dict):
        super().__init__()
        hidden = config["hidden_size"]
        self.text_model = nn.ModuleDict({
            "embeddings": nn.ModuleDict({
                "token_embedding": nn.Embedding(config["vocab_size"], hidden),
                "position_embedding": nn.Embedding(config["max_position_embeddings"], hidden),
            }),
            "encoder": tower_layers(config, causal=True),
            "final_layer_norm": nn.LayerNorm(hidden, eps=config["layer_norm_eps"]),
        })

    def forward(self, ids: Tensor) -> Tensor:
        tables = self.text_model["embeddings"]
        x = tables["token_embedding"](ids) + tables["position_embedding"].weight[: ids.shape[1]]
        for layer in self.text_model["encoder"]["layers"]:
            x = layer(x)
        return self.text_model["final_layer_norm"](x)


class StemLayer(nn.Module):
    """3x3 convolution of stride 2, group norm, SiLU."""

    def __init__(self, inputs: int, outputs: int, groups: int):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.norm = nn.GroupNorm(groups, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return F.silu(self.norm(self.conv(x)))


class PatchEmbeddings(nn.Module):
    """The class token, then patches row by row, with positions."""

    def __init__(self, config: dict):
        super().__init__()
        hidden, stem = config["hidden_size"], config.get("conv_stem", [])
        widths = [config.get("num_channels", 3), *stem]
        kernel = config["patch_size"] // 2 ** len(stem)
        self.class_embedding = nn.Parameter(torch.zeros(hidden))
        self.conv_stem = nn.ModuleList(
            StemLayer(inputs, outputs, config.get("conv_stem_groups", 8)) for inputs, outputs in zip(widths, widths[1:])
        )
        self.patch_embedding = nn.Conv2d(widths[-1], hidden, kernel, stride=kernel, bias=False)
        self.position_embedding = nn.Embedding(1 + (config["image_size"] // config["patch_size"]) ** 2, hidden)

    def forward(self, pixels: Tensor) -> Tensor:
        x = pixels
        for layer in self.conv_stem:
            x = layer(x)
        patches = self.patch_embedding(x).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(patches), 1, -1)
        return torch.cat([first, patches], dim=1) + self.position_embedding.weight


class VisionTower(nn.Module):
    """Penultimate tokens [batch tokens hidden] and unit embeddings [batch projection_dim] of images [batch 3 side side]."""

    def __init__(self, config: dict):
        super().__init__()
        norm = lambda: nn.LayerNorm(config["hidden_size"], eps=config["layer_norm_eps"])
        self.vision_model = nn.ModuleDict({
            "embeddings": PatchEmbeddings(config),
            "pre_layrnorm": norm(),
            "encoder": tower_layers(config, causal=False),
            "post_layernorm": norm(),
        })
        self.visual_projection = nn.Linear(config["hidden_size"], config["projection_dim"], bias=False)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        model = self.vision_model
        x = model["pre_layrnorm"](model["embeddings"](pixels))
        penultimate = x
        for layer in model["encoder"]["layers"]:
            penultimate, x = x, layer(x)
        embeds = self.visual_projection(model["post_layernorm"](x[:, 0]))
        return penultimate, F.normalize(embeds, dim=-1)
