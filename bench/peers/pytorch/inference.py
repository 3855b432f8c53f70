"""Work without training in PyTorch: sampling, image encoding, decoding."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from clip import TextTower, VisionTower
from resampler import Resampler
from unet import ImageKeysAndValues, UNet
from vae import VaeDecoder


class Denoiser(nn.Module):
    """The guided prediction of a batch: the unguided and the guided half in one call of the U-Net."""

    def __init__(self, unet: UNet, ip_adapter: ImageKeysAndValues, guidance: float):
        super().__init__()
        self.unet, self.ip_adapter, self.guidance = unet, ip_adapter, guidance

    def forward(self, sample: Tensor, timestep: Tensor, text: Tensor, image: Tensor) -> Tensor:
        doubled = torch.cat([sample, sample])
        without, given = self.unet(doubled, timestep, text, image, self.ip_adapter).chunk(2)
        return without + self.guidance * (given - without)


class Sampler(nn.Module):
    """DDIM with guidance and an IPAdapter+ image: text and image tokens once, then the denoiser once a step."""

    def __init__(self, config: dict):
        super().__init__()
        self.steps, self.guidance = config["steps"], config["guidance"]
        self.unet = UNet(config["unet"])
        self.text_encoder = TextTower(config["text"])
        self.image_proj = Resampler(config["projection"])
        self.ip_adapter = ImageKeysAndValues(self.unet, config["projection"]["output_dim"])
        betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
        self.alphas = torch.cumprod(1 - betas, dim=0).tolist()

    def prepare(self, prepare: Callable[[nn.Module], Callable]) -> None:
        self.encode_text = prepare(self.text_encoder)
        self.project = prepare(self.image_proj)
        self.predict = prepare(Denoiser(self.unet, self.ip_adapter, self.guidance))

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        sample = batch["noise"]
        repeat = lambda x: x.expand(len(sample), *x.shape[1:])
        text = self.encode_text(torch.cat([repeat(batch["no_text"]), batch["ids"]]))
        image = self.project(torch.cat([repeat(batch["no_image"]), batch["image"]]))
        stride = len(self.alphas) // self.steps
        for i in reversed(range(self.steps)):
            timestep = i * stride + 1
            alpha, after = self.alphas[timestep], self.alphas[max(timestep - stride, 0)]
            time = torch.full((2 * len(sample),), float(timestep))
            noise = self.predict(sample, time, text, image)
            denoised = (sample - (1 - alpha) ** 0.5 * noise) / alpha**0.5
            sample = after**0.5 * denoised + (1 - after) ** 0.5 * noise
        return {"latents": sample}


class Encoder(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.tower = VisionTower(config["vision"])

    def prepare(self, prepare: Callable[[nn.Module], Callable]) -> None:
        self.call = prepare(self.tower)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        tokens, embedding = self.call(batch["pixels"])
        return {"tokens": tokens, "embedding": embedding}


class ImageDecoder(nn.Module):
    def __init__(self, config: dict):
        super().__init__()
        self.vae = VaeDecoder(config["vae"])

    def prepare(self, prepare: Callable[[nn.Module], Callable]) -> None:
        self.call = prepare(self.vae)

    def forward(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"image": self.call(batch["latents"])}


class Inference:
    """A model's outputs for one batch as work."""

    def __init__(self, model: nn.Module, batch: dict[str, Tensor]):
        self.model, self.batch = model.eval(), batch

    def run(self) -> dict[str, Tensor]:
        with torch.inference_mode():
            return self.model(self.batch)

    def first(self) -> None:
        self.outputs = self.run()

    def check(self, steps: int) -> tuple[dict, dict[str, Tensor]]:
        return {"losses": []}, self.outputs
