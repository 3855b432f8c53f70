"""Attention and feed-forward blocks that U-Net, CLIP towers and resamplers share, over [batch tokens width] tensors."""

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
