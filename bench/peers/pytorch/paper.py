"""The denoising step of `deno task bench paper` in PyTorch eager: the same U-Net, projection, weights and inputs. Prints one line of JSON.

usage: python paper.py FOLDER THREADS RUNS ARRAYS.safetensors

FOLDER is what bench/paper/case_folder.ts wrote. Weights are widened to float32 once, as on the other side: PyTorch's half precision is slower on a CPU.
"""

import json
import platform
import resource
import sys
import time

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from resampler import InstructResampler
from unet import ImageKeysAndValues, UNet


class GuidedStep(nn.Module):
    """Projection and U-Net of both halves."""

    def __init__(self, sizes: dict):
        super().__init__()
        self.unet = UNet(sizes["unet"])
        self.image_proj = InstructResampler(sizes["projection"])
        self.ip_adapter = ImageKeysAndValues(self.unet, sizes["projection"]["output_dim"])

    def forward(self, batch: dict[str, Tensor]) -> Tensor:
        image = self.image_proj(batch["image"], batch["instruction"])
        return self.unet(batch["sample"], batch["timestep"], batch["text"], image, self.ip_adapter)


def fill(model: nn.Module, path: str, prefix: str) -> set[str]:
    """Copies a file's tensors into the parameters of the same names, widened one by one; the names that were filled."""
    own = dict(model.named_parameters())
    with safe_open(path, framework="pt") as file, torch.no_grad():
        for name in file.keys():
            own[prefix + name].copy_(file.get_tensor(name))
        return {prefix + name for name in file.keys()}


def main() -> None:
    folder, threads, runs, arrays = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_flush_denormal(True)
    with open(f"{folder}/sizes.json") as file:
        sizes = json.load(file)
    start = time.perf_counter()
    model = GuidedStep(sizes).eval().requires_grad_(False)
    filled = fill(model, f"{folder}/unet.safetensors", "unet.") | fill(model, f"{folder}/adapter.safetensors", "")
    missing = {name for name, _ in model.named_parameters()} - filled
    if missing:
        raise SystemExit(f"no weights for {sorted(missing)[:5]}")
    batch = load_file(f"{folder}/inputs.safetensors")
    opened = time.perf_counter()
    with torch.inference_mode():
        noise = model(batch)
        first = time.perf_counter()
        milliseconds, processor = [], []
        for _ in range(int(runs)):
            begin, used = time.perf_counter(), time.process_time()
            model(batch)
            milliseconds.append(1000 * (time.perf_counter() - begin))
            processor.append(time.process_time() - used)
    save_file({"noise": noise.contiguous()}, arrays)
    print(json.dumps({
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "openSeconds": opened - start,
        "firstSeconds": first - opened,
        "milliseconds": milliseconds,
        "processorSeconds": processor,
        "peakMemoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024),
    }))


if __name__ == "__main__":
    main()
