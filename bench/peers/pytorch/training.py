"""Training steps in PyTorch: forward, backward, clipping, fused AdamW and, where there is one, a moving average of the weights."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from clip import TextTower
from resampler import InstructResampler
from unet import ImageKeysAndValues, UNet

CLIP_NORM = 1.0
LEARNING_RATE = 1e-4


class AdaptedModel(nn.Module):
    """Frozen U-Net and text encoder; trained projection and image keys and values. Gives the loss of a batch."""

    def __init__(self, config: dict):
        super().__init__()
        self.unet = UNet(config["unet"]).requires_grad_(False)
        self.text_encoder = TextTower(config["text"]).requires_grad_(False)
        self.image_proj = InstructResampler(config["projection"])
        self.ip_adapter = ImageKeysAndValues(self.unet, config["projection"]["output_dim"])

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        text = self.text_encoder(batch["ids"])
        image = self.image_proj(batch["image"], batch["instruction"])
        prediction = self.unet(batch["sample"], batch["timestep"], text, image, self.ip_adapter)
        return F.mse_loss(prediction, batch["noise"])


class BaseModel(nn.Module):
    """U-Net and text encoder, all trained. Gives the weighted loss of a batch."""

    def __init__(self, config: dict):
        super().__init__()
        self.unet = UNet(config["unet"])
        self.text_encoder = TextTower(config["text"])

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        prediction = self.unet(batch["sample"], batch["timestep"], self.text_encoder(batch["ids"]))
        error = F.mse_loss(prediction, batch["noise"], reduction="none").mean(dim=(1, 2, 3))
        return (error * batch["weights"]).mean()


class Training:
    """A model's training step as work. `prepare` makes the function that is called from the model: itself, or compiled."""

    def __init__(
        self,
        model: nn.Module,
        batch: dict[str, Tensor],
        prepare: Callable[[nn.Module], Callable],
        ema_decay: float | None = None,
    ):
        self.batch = batch
        self.trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self.parameters = list(self.trained.values())
        self.loss = prepare(model)
        self.optimizer = torch.optim.AdamW(self.parameters, lr=LEARNING_RATE, weight_decay=0.01, fused=True)
        self.ema_decay = ema_decay
        self.average = [p.detach().clone() for p in self.parameters] if ema_decay else []
        self.done = 0

    def step(self) -> tuple[float, float]:
        """One step; the loss, and the gradient's norm before clipping."""
        self.optimizer.zero_grad()
        loss = self.loss(self.batch)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(self.parameters, CLIP_NORM)
        self.optimizer.step()
        if self.ema_decay:
            keep = min(self.ema_decay, (1 + self.done) / (10 + self.done))
            torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 1 - keep)
        self.done += 1
        return loss.item(), norm.item()

    def run(self) -> None:
        self.step()

    def first(self) -> None:
        self.found = self.step()
        factor = max(1.0, (self.found[1] + 1e-6) / CLIP_NORM)  # what clip_grad_norm_ divided by
        self.gradients = {name: p.grad * factor for name, p in self.trained.items()}

    def check(self, steps: int) -> tuple[dict, dict[str, Tensor]]:
        loss, norm = self.found
        losses = [loss] + [self.step()[0] for _ in range(steps - 1)]
        return {"losses": losses, "norm": norm}, self.gradients
