"""PyTorch's side of `deno task bench train`: one adapter training step in eager mode, driven by JSON lines.

usage: python train_step.py CASE.safetensors THREADS LEARNING_RATE

CASE holds all weights, one batch (prefix "batch.") and, in its header, the configurations. Requests on standard input, one
answer line each on standard output:

    {"do": "check", "steps": 3, "gradients": PATH}  losses of the first steps, gradient norm of the first before clipping; writes
                                                    the first step's clipped gradients to PATH
    {"do": "time", "steps": 3}                      milliseconds of each step, after one step that is not counted
    {"do": "usage"}                                 processor seconds and peak memory so far
"""

import json
import platform
import resource
import sys
import time

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import save_file

from model import AdaptedModel

CLIP_NORM = 1.0


class Training:
    def __init__(self, path: str, learning_rate: float):
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            tensors = {name: file.get_tensor(name) for name in file.keys()}
        config = json.loads(metadata["config"])
        self.batch = {name[6:]: tensors.pop(name) for name in list(tensors) if name.startswith("batch.")}
        self.batch["ids"] = self.batch["ids"].long()
        self.model = AdaptedModel(config["unet"], config["text"], config["projection"])
        self.model.load_state_dict(tensors, strict=True)
        self.trained = {name: p for name, p in self.model.named_parameters() if p.requires_grad}
        self.optimizer = torch.optim.AdamW(self.trained.values(), lr=learning_rate, weight_decay=0.01, fused=True)

    def step(self) -> tuple[float, float]:
        """One step; the loss, and the gradient's norm before clipping."""
        self.optimizer.zero_grad()
        loss = F.mse_loss(self.model(self.batch), self.batch["noise"])
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.trained.values(), CLIP_NORM)
        self.optimizer.step()
        return loss.item(), norm.item()

    def check(self, steps: int, gradients: str) -> dict:
        loss, norm = self.step()
        save_file({name: p.grad.contiguous() for name, p in self.trained.items()}, gradients)
        return {"losses": [loss] + [self.step()[0] for _ in range(steps - 1)], "norm": norm}

    def time(self, steps: int) -> dict:
        self.step()
        milliseconds = []
        for _ in range(steps):
            start = time.perf_counter()
            self.step()
            milliseconds.append(1000 * (time.perf_counter() - start))
        return {"milliseconds": milliseconds}


def usage() -> dict:
    kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return {"cpuSeconds": time.process_time(), "peakMemoryMiB": kib / 1024}


def main() -> None:
    path, threads, learning_rate = sys.argv[1:]
    torch.set_num_threads(int(threads))
    torch.set_flush_denormal(True)
    training = Training(path, float(learning_rate))
    answer = lambda value: print(json.dumps(value), flush=True)
    answer({
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "threads": torch.get_num_threads(),
    })
    for line in sys.stdin:
        request = json.loads(line)
        match request.pop("do"):
            case "check":
                answer(training.check(**request))
            case "time":
                answer(training.time(**request))
            case "usage":
                answer(usage())
            case other:
                raise SystemExit(f"no request {other!r}")


if __name__ == "__main__":
    main()
